"""What the terminal shows of a replay: a progress bar for each clock, and how to go on. Nothing is played here."""

import argparse
import shlex
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, NoReturn

from tqdm import tqdm

from server.election.clock import LONDON
from server.election.counting.acts import ReplaySet
from server.nights.archive import PastNight
from server.replay.script import Progress, replay_id, speed_told

if TYPE_CHECKING:
    Bar = tqdm[NoReturn]

_LONGEST_TITLE = 32


_BY_ID: Mapping[str, str] = MappingProxyType({})


def how_to_go_on(nights: Mapping[str, PastNight], stopped: ReplaySet, files: Mapping[str, str] = _BY_ID) -> str:
    """The sentence printed when the desk has stopped a replay; ``files`` is as ``command_of`` has it."""
    titles = ", ".join(past.definition.title for past in nights.values())
    when = stopped.at.astimezone(LONDON)
    goes_on = command_of(nights, files=files)
    return f"{titles}: stopped by {stopped.by} at {when:%H:%M}. This goes on where it is: {goes_on}"


def command_of(
    nights: Mapping[str, PastNight], options: argparse.Namespace | None = None, files: Mapping[str, str] = _BY_ID
) -> str:
    """The shell command that continues these replays at the speed that is set; ``files`` is night id → how the command
    named it, where that was not by its id."""
    ids = [past.definition.id for past in nights.values()]
    words = ["python", "-m", "server", "replay", *(files.get(night, night) for night in ids)]
    for name, past in nights.items():
        words += [] if name == replay_id(past.definition.id) else ["--as", name]
    if options:
        words += ["--from", options.start] if options.start else []
        words += ["--to", options.until] if options.until else []
        words += ["--loop"] if options.loop else []
    return shlex.join(words)


def bar(nights: Mapping[str, PastNight], place: int) -> "Bar":
    """A progress bar in the given line of the terminal; nothing is shown where there is no terminal."""
    definitions = [past.definition for past in nights.values()]
    title = definitions[0].title if len(nights) == 1 else f"{len(nights)} nights of {definitions[0].date}"
    shape = f"{title[:_LONGEST_TITLE]}  {{desc}}|{{bar}}| {{n_fmt}} of {{total_fmt}} declared{{postfix}}"
    contests = sum(len(definition.contests) for definition in definitions)
    return tqdm(total=contests, position=place, disable=None, dynamic_ncols=True, bar_format=shape)


def shown(bar: "Bar") -> Callable[[Progress], None]:
    """A function that shows progress in the bar."""

    def show(progress: Progress) -> None:
        state = "held by the desk" if progress.held else progress.set.state
        words = speed_told(progress.set.speed) + ("" if state == "playing" else f", {state}")
        bar.n, bar.total = progress.declared, progress.contests
        bar.set_description_str(f"{progress.clock.astimezone(LONDON):%H:%M:%S} ", refresh=False)
        bar.set_postfix_str(words, refresh=False)
        bar.refresh()

    return show
