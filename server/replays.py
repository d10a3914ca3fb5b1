"""``python -m server replay``: its options, a bar for each clock, and how to go on. No playing of its own."""

import argparse
import asyncio
import shlex
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, NoReturn

from tqdm import tqdm

from server.election.acts import ReplaySet
from server.nights.archive import PastNight
from server.nights.replay import Orders, Progress, clocks, replay_id, speed_told
from server.nights.tables import LONDON
from server.player import Player
from server.stream.events import EventStream

if TYPE_CHECKING:
    Bar = tqdm[NoReturn]

_LONGEST_TITLE = 32


def add_parser(commands: Any) -> argparse.ArgumentParser:
    """The options of a replay, but for its speed."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "replay", help="put past nights on air as replays, on a Redis that is running"
    )
    parser.add_argument("nights", nargs="+", metavar="NIGHT", help="past nights; those of one date share a clock")
    parser.add_argument("--as", dest="name", default="", metavar="NAME", help="the replay's id, of one night")
    parser.add_argument("--from", dest="start", default="", metavar="T", help="what came before goes on air at once")
    parser.add_argument("--to", dest="until", default="", metavar="T", help="nothing after goes on air")
    parser.add_argument("--loop", action="store_true", help="begin again at the end, for ever")
    return parser


def run(
    options: argparse.Namespace,
    load: Callable[[str], PastNight],
    on_stream: Callable[[Callable[[EventStream], Awaitable[None]]], None],
) -> int:
    """Play as the options say, until the end, a stop at the desk, or Ctrl-C; 2 where they do not go together."""
    if options.name and len(options.nights) > 1:
        print("--as is for one night: several have names of their own.", file=sys.stderr)
        return 2
    nights = {options.name or replay_id(night): load(night) for night in options.nights}
    orders = Orders(options.speed, options.start, options.until, options.loop)

    async def play(stream: EventStream) -> None:
        with ExitStack() as bars:
            players = [
                Player(stream, clock, orders, _shown(bars.enter_context(_bar(clock, place))))
                for place, clock in enumerate(clocks(nights))
            ]
            left = await asyncio.gather(*(player.play() for player in players))
        for player, one in zip(players, left, strict=True):
            if one.state == "stopped":
                print(how_to_go_on(player.nights, one))

    try:
        on_stream(play)
    except KeyboardInterrupt:
        print(f"Interrupted. What is on air stays; this goes on where it is: {_command(nights, options)}")
    return 0


def how_to_go_on(nights: Mapping[str, PastNight], stopped: ReplaySet) -> str:
    """What is said of a replay that the desk has stopped."""
    titles = ", ".join(past.definition.title for past in nights.values())
    when = stopped.at.astimezone(LONDON)
    return f"{titles}: stopped by {stopped.by} at {when:%H:%M}. This goes on where it is: {_command(nights)}"


def _command(nights: Mapping[str, PastNight], options: argparse.Namespace | None = None) -> str:
    """The command that goes on, at the speed that is set."""
    words = ["python", "-m", "server", "replay", *(past.definition.id for past in nights.values())]
    for name, past in nights.items():
        words += [] if name == replay_id(past.definition.id) else ["--as", name]
    if options:
        words += ["--from", options.start] if options.start else []
        words += ["--to", options.until] if options.until else []
        words += ["--loop"] if options.loop else []
    return shlex.join(words)


def _bar(nights: Mapping[str, PastNight], place: int) -> "Bar":
    """A line of the terminal; none where there is no terminal."""
    definitions = [past.definition for past in nights.values()]
    title = definitions[0].title if len(nights) == 1 else f"{len(nights)} nights of {definitions[0].date}"
    shape = f"{title[:_LONGEST_TITLE]}  {{desc}}|{{bar}}| {{n_fmt}} of {{total_fmt}} declared{{postfix}}"
    contests = sum(len(one.contests) for one in definitions)
    return tqdm(total=contests, position=place, disable=None, dynamic_ncols=True, bar_format=shape)


def _shown(bar: "Bar") -> Callable[[Progress], None]:
    def show(progress: Progress) -> None:
        state = "held by the desk" if progress.held else progress.set.state
        words = speed_told(progress.set.speed) + ("" if state == "playing" else f", {state}")
        bar.n = progress.declared
        bar.set_description_str(f"{progress.clock.astimezone(LONDON):%H:%M:%S} ", refresh=False)
        bar.set_postfix_str(words, refresh=False)
        bar.refresh()

    return show
