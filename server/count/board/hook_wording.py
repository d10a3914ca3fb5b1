"""What was done with webhooks, in words. Nothing is decided here."""

from urllib.parse import urlsplit

from server.election.counting.acts.hook_acts import HookAct, HookDropped, HookMade, HookSwitched


def hook_told(act: HookAct) -> str:
    """What somebody did with a webhook, in words; of its address only the host, for the rest may be a secret."""
    match act:
        case HookMade():
            return f"Made the webhook {act.hook} to {urlsplit(act.url).hostname}, for {', '.join(act.kinds)}"
        case HookSwitched():
            return f"Switched the webhook {act.hook} {'on' if act.on else 'off'}{': ' if act.why else ''}{act.why}"
        case HookDropped():
            return f"Dropped the webhook {act.hook}"
