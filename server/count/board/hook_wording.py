"""What was done with webhooks, in words. Nothing is decided here."""

from urllib.parse import urlsplit

from server.election.counting.acts.hook_acts import HookAct, HookDropped, HookMade, HookSwitched
from server.election.texts.said import Said, _, say
from server.election.texts.several import listed

KINDS = {
    "results": say("results"),
    "stages": say("stages"),
    "expected": say("expected times"),
    "notes": say("notes"),
    "papers": say("ballot papers"),
    "night": say("the night"),
}


def hook_told(act: HookAct) -> Said:
    """What somebody did with a webhook, in words; of its address only the host, for the rest may be a secret."""
    match act:
        case HookMade():
            message = _("Made the webhook %(hook)s to %(host)s, for %(kinds)s")
            return say(
                message,
                hook=act.hook,
                host=urlsplit(act.url).hostname or "",
                kinds=listed([KINDS.get(kind, kind) for kind in act.kinds]),
            )
        case HookSwitched() if act.on:
            return say("Switched the webhook %(hook)s on", hook=act.hook)
        case HookSwitched():
            told = say("Switched the webhook %(hook)s off", hook=act.hook)
            return listed([told, act.why], ": ") if act.why else told
        case HookDropped():
            return say("Dropped the webhook %(hook)s", hook=act.hook)
