"""``python -m server rehearse``: have simulated officers count a past night over HTTP, on a server that is running."""

import asyncio
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from msgspec.structs import replace

from server.commands.named import past_named
from server.commands.on_redis import on_stream
from server.commands.words import number_of
from server.count.visit.inviting import choose_entry, invite_person, link_of
from server.election.contests import practised
from server.election.counting.acts import EntryMode, Role
from server.election.events import NoPollState
from server.election.refusals import Refused
from server.nights.ids import must_be_free
from server.nights.kept import Kept
from server.nights.past import PastNight
from server.rehearsal.accidents import kinds_in
from server.rehearsal.made_up import completed
from server.rehearsal.phone import Stuck
from server.rehearsal.report import Report
from server.rehearsal.script import Script, script_of
from server.rehearsal.staff import Cards, Staff
from server.rehearsal.wire import Wire
from server.settings import Settings
from server.stream.events import EventStream
from server.stream.opening import open_night
from server.stream.record import BadRecord
from server.stream.submit import Submitter

_PATIENCE_SECONDS = 15.0
_LOOK_AGAIN_SECONDS = 0.1


class NoServer(Exception):
    """No server is ready at the address given for the rehearsal; the message is a sentence."""


def add_parser(commands: Any) -> None:
    """Add ``rehearse`` to the command line."""
    parser: ArgumentParser = commands.add_parser(
        "rehearse", help="have a past night counted by simulated officers, over HTTP"
    )
    parser.add_argument("night", metavar="NIGHT", help="a past night's id, shipped or kept, or the file of one")
    parser.add_argument("--as", dest="name", default="", metavar="NAME", help="the rehearsal's id")
    parser.add_argument("--minutes", type=float, default=2.0, metavar="M", help="how long it takes (default: 2)")
    parser.add_argument("--officers", type=int, default=60, metavar="N", help="how many serve it (default: 60)")
    parser.add_argument("--entry", choices=("single", "double"), default="single", help="how many key each result")
    parser.add_argument(
        "--accidents",
        type=kinds_in,
        default=kinds_in("all"),
        metavar="KINDS",
        help="all (the default), none, or some of late,wrong,recount,tie,dropped,doubled,held",
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="the same number is the same night")
    parser.add_argument("--url", default="", help="the server that is rehearsed with (default: PUBLIC_URL)")
    parser.set_defaults(call=on_stream(rehearse))


async def rehearse(options: Namespace, settings: Settings, stream: EventStream) -> int:
    """Rehearse, and print the report; 0 if everything acknowledged is stored exactly once and the results are right."""
    past, made_up = completed(past_named(options.night, Kept(settings.data_dir)), options.seed)
    if made_up:
        print(f"TEST: the results of {number_of(made_up, 'contest')} are made up, for the night has none.", flush=True)
    try:
        report = await practise(past, options, settings, stream)
    except (NoServer, Stuck, BadRecord) as error:
        print(error, file=sys.stderr)
        return 1
    print("\n".join(report.lines))
    for sentence in report.wrong:
        print(sentence, file=sys.stderr)
    return 1 if report.wrong else 0


async def practise(past: PastNight, options: Namespace, settings: Settings, stream: EventStream) -> Report:
    """Have a past night counted again; NoServer, Stuck or BadRecord if that cannot be completed."""
    url = (options.url or settings.public_url).rstrip("/")
    script = script_of(
        past,
        practised(replace(past.definition, replay_of=None), options.name),
        options.minutes * 60,
        options.officers,
        options.accidents,
        options.seed,
        programs=options.entry == "single",
    )
    night = script.definition.id
    must_be_free(Kept(settings.data_dir), night)
    await _must_answer(url, "/readyz")
    cards = await _opened(script, past.no_polls, options.entry, settings, stream)
    await _must_answer(url, f"/api/nights/{night}", f'"seq":{1 + len(past.no_polls)},')
    print(f"TEST: {script.definition.title}, at {url}/nights/{night}", flush=True)
    return await Staff(script, url, cards, options.accidents, options.seed).work()


async def _opened(
    script: Script,
    no_polls: Mapping[str, tuple[NoPollState, str]],
    entry: EntryMode,
    settings: Settings,
    stream: EventStream,
) -> Cards:
    """Put the night on air with nothing declared, and invite everybody; replaces an earlier rehearsal of that name."""
    submitter, night = Submitter(stream), script.definition.id
    if stands := await submitter.night(night):
        if not stands.definition.rehearsal:
            raise Refused("night-exists", f"{night} is on air, and is no rehearsal. Give another name, with --as.")
        await stream.erase(night)
    await open_night(stream, script.definition, str(uuid4()), no_polls=no_polls)
    if entry == "double":
        await choose_entry(submitter, night, "double")

    async def card(name: str, role: Role, ballots: tuple[str, ...] = ()) -> str:
        return link_of(settings, night, await invite_person(submitter, night, name, role, ballots), role)

    desk, halls = await card("The desk", "desk"), list[tuple[str, ...]]()
    for number, hall in enumerate(script.halls, 1):
        ballots = tuple(case.ballot for case in hall.cases)
        name = f"{'Program' if hall.program else 'Officer'} {number}, {hall.name}"
        links = [await card(name, "officer", ballots)]
        if entry == "double":
            links.append(await card(f"Second officer {number}, {hall.name}", "second officer", ballots))
        halls.append(tuple(links))
    return Cards(desk, tuple(halls))


async def _must_answer(url: str, path: str, holding: str = "") -> None:
    """Return once a page is served with ``holding`` in it; NoServer if it is not within fifteen seconds."""
    wire, said = Wire(url), "Start one, with python -m server serve, or say where it is, with --url."
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while True:
                answer = await wire.exchange("GET", path, {}, b"")
                if answer.status == 200 and holding in answer.text:
                    return
                said = "Is it the one that uses this Redis?"
                await asyncio.sleep(_LOOK_AGAIN_SECONDS)
    except OSError:
        raise NoServer(f"No server that is ready answers at {url}{path}. {said}") from None
    finally:
        await wire.close()
