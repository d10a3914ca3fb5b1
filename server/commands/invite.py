"""``python -m server invite``: print a link, a QR code and a token for one person."""

import difflib
import io
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from typing import Any

import segno

from server.commands.on_redis import on_stream
from server.count.visit.inviting import ROLES, invite_person, link_of
from server.count.visit.rules import DECLARING
from server.election.contests import Contest
from server.election.counting.acts import PLACE
from server.election.nights import Night
from server.settings import Settings
from server.stream.events import EventStream
from server.stream.submit import Submitter

_MOST_LISTED = 8


def add_parser(commands: Any) -> None:
    """Add ``invite`` to the command line."""
    parser: ArgumentParser = commands.add_parser("invite", help="invite a person to enter results, or to run the night")
    parser.add_argument("night", metavar="NIGHT", nargs="?", help="id of a night on air; none for an admin")
    parser.add_argument("ballots", metavar="BALLOT", nargs="*", help="the contests, unless there is only one")
    parser.add_argument("--role", choices=(*ROLES, "admin"), default="officer", help="what for (default: officer)")
    parser.add_argument("--name", required=True, help='who is invited: "Jane Smith"')
    parser.set_defaults(call=on_stream(_invited))


async def _invited(options: Namespace, settings: Settings, stream: EventStream) -> int:
    return await invite(options, settings, Submitter(stream), await stream.nights())


async def invite(options: Namespace, settings: Settings, submitter: Submitter, on_air: Sequence[str] = ()) -> int:
    """Print an invitation; 1, and a sentence, if the night or a contest is unknown. ``on_air`` are night ids."""
    name: str = options.name.strip()
    if options.role == "admin" and name:
        return await _admin(options, settings, submitter)
    if options.night is None:
        return _refuse("Say for which night: its id, as in the address of its page.")
    night = await submitter.night(options.night)
    if not name:
        return _refuse('Say who is invited: --name "Jane Smith".')
    if night is None:
        return _refuse(f"{options.night} is not on air." + _like("On air", options.night, on_air))
    role, contests = ROLES[options.role], list[Contest]()
    for asked in (options.ballots or [None]) if role != "desk" else ():
        contest = _contest(night, asked)
        if isinstance(contest, str):
            return _refuse(contest)
        contests.append(contest)
    ballots = tuple(contest.ballot for contest in contests)
    invitation = await invite_person(submitter, options.night, name, role, ballots)
    what = f"enter {', '.join(contest.name for contest in contests)}" if contests else "run the night"
    print(f"{name} may {what} as {role} for 14 days, on")
    print(f"{night.definition.title}.")
    _print_link(settings, link_of(settings, options.night, invitation, role), role in DECLARING)
    return 0


async def _admin(options: Namespace, settings: Settings, submitter: Submitter) -> int:
    if options.night is not None:
        return _refuse(f"An admin has every night: leave out {options.night}.")
    invitation = await invite_person(submitter, PLACE, options.name.strip(), "admin", ())
    print(f"{options.name.strip()} may make, open and run nights here, signed in with this link for 14 days.")
    _print_link(settings, link_of(settings, PLACE, invitation, "admin"), False)
    return 0


def _print_link(settings: Settings, link: str, declares: bool) -> None:
    print(f"\n{link}\n")
    print(f"{settings.closed_to_phones or _qr(link)}\n")
    print("Whoever opens it first chooses its PIN: give it to nobody else.")
    if declares:
        print("Until then, what follows the last / is a Bearer token with which a program can declare.")
    if settings.also_at:
        print(f"Phones on another network of this machine? Set PUBLIC_URL to {' or '.join(settings.also_at)}.")


def _qr(link: str) -> str:
    code = io.StringIO()
    segno.make(link, error="l", micro=False).terminal(out=code, compact=True)
    return code.getvalue()


def _contest(night: Night, asked: str | None) -> Contest | str:
    """The contest with this ballot id, slug or name; or a sentence that says why there is none."""
    contests = night.definition.contests
    if asked is None:
        if len(contests) == 1:
            return contests[0]
        return f"{night.definition.id} has {len(contests)} contests: say which, by its ballot id or name."
    named = [contest for contest in contests if asked.lower() in _names(contest)]
    if len(named) == 1:
        return named[0]
    names = {name: contest.ballot for contest in contests for name in _names(contest)}
    near = difflib.get_close_matches(asked.lower(), names, n=_MOST_LISTED, cutoff=0.6)
    near += [name for name in names if asked.lower() in name]
    ballots = list(dict.fromkeys(names[name] for name in near))[:_MOST_LISTED]
    return f"{asked} is not a contest of {night.definition.id}." + _listed("Near it", ballots)


def _names(contest: Contest) -> tuple[str, str, str]:
    return contest.ballot, contest.slug, contest.name.lower()


def _like(title: str, asked: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(asked, known, n=_MOST_LISTED, cutoff=0.6)
    return _listed("Did you mean", near) if near else _listed(title, known[:_MOST_LISTED])


def _listed(title: str, names: Sequence[str]) -> str:
    return f" {title}: {', '.join(names)}." if names else ""


def _refuse(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1
