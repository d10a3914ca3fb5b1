"""Playing past nights on one clock through the stream, steered from their desks. No rules, no HTML, no terminal."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from operator import attrgetter
from uuid import NAMESPACE_OID, uuid5

import structlog
from msgspec import UNSET
from msgspec.structs import replace

from server.election.commands import OpenNight, ReleaseNight
from server.election.counting.acts import ReplaySet, ReplayState
from server.election.counting.desk import for_another_round
from server.election.decide import decide
from server.election.nights import Night
from server.election.refusals import Refused
from server.nights import archive
from server.nights.archive import PastNight
from server.replay.script import Cue, Orders, Progress, can_be, moment, must_be_over, script, takes
from server.stream import clock
from server.stream.events import EventStream, StreamUnavailable
from server.stream.patience import end_if_cancelled
from server.stream.submit import Submitter

log = structlog.get_logger(__name__)

SPEED_OF_ONE_CONTEST, SPEED_OF_MANY = 300.0, 120.0  # times real time, worth watching
SECONDS_AT_THE_END = 10.0  # of a loop, before it begins again
_LOOK_SECONDS, _SECONDS_BETWEEN_TRIES = 0.25, 1.0  # between two looks at the desk; between two tries
_HOW = attrgetter("speed", "state", "skips_to")


class Player:
    """Plays ``nights``, replay id → past night, on one clock; ``tell`` is called some times a second with the progress.

    How far a replay is stands in the stream alone: a player can be killed at any moment, and several may play at once.
    """

    def __init__(
        self,
        stream: EventStream,
        nights: Mapping[str, PastNight],
        orders: Orders,
        tell: Callable[[Progress], None] = lambda _: None,
        rest: float = SECONDS_AT_THE_END,
    ) -> None:
        self._stream, self._submitter = stream, Submitter(stream)
        self.nights, self._orders, self._tell, self._rest_seconds = nights, orders, tell, rest
        self._cues = script(nights, orders.until)
        self._openings = {cue.night: cue for cue in self._cues if isinstance(cue.command, OpenNight)}
        self._last = {cue.night: cue for cue in self._cues}
        definitions = {name: past.definition for name, past in nights.items()}
        self._starts = {name: moment(orders.start, night) for name, night in definitions.items() if orders.start}
        self._states: dict[str, Night] = {}
        self._set: ReplaySet | None = None
        self._clock = self._cues[0].at
        self._played_to = self._next_look = 0.0  # seconds on the event loop's clock

    async def play(self) -> ReplaySet:
        """Play to the end, or until a desk stops it; how it was set. Refused if a name is taken or a night gone."""
        begun = False
        must_be_over(self.nights, clock.now())
        while True:
            try:
                await self._open()
                begun = begun or await self._begin()
                ends = begun and await self._run()
                if ends and not self._orders.loop:
                    await self._steer("ended", self._now_set.speed)
                    return self._now_set
                if not (ends and await self._rest()):
                    return self._now_set
                await self._again()
            except StreamUnavailable:
                await asyncio.sleep(_SECONDS_BETWEEN_TRIES)

    @property
    def _now_set(self) -> ReplaySet:
        assert self._set is not None
        return self._set

    async def _open(self) -> None:
        """Put the nights on air that are not."""
        for name, past in self.nights.items():
            stands, opening = await self._submitter.night(name), self._openings[name]
            ours = stands is None or (
                stands.definition.replay_of == past.definition.id
                and bool(stands.definition.rehearsal) == bool(past.definition.rehearsal)
            )
            if not ours or any(past_night.id == name for past_night in archive.listed()):
                raise Refused("name-taken", f"{name} is the id of a night, not of a replay of {past.definition.id}.")
            await self._stream.announce(name)  # before it is stored, so that it is never stored and off air
            if stands is None:
                await self._submitter.submit(name, opening.command, opening.at)

    async def _begin(self) -> bool:
        """Set the state and speed that the replay is to have; False if the desk stopped it and it stays so."""
        await self._look()
        before, asked = self._set, self._orders.speed
        if before and before.state == "stopped" and asked == 0 and not self._orders.resumes:
            return False
        if all(self._over(name, night) for name, night in self._states.items()):
            await self._again()
        if asked == 0:
            contests = sum(len(past.definition.contests) for past in self.nights.values())
            asked = before.speed if before else SPEED_OF_ONE_CONTEST if contests == 1 else SPEED_OF_MANY
        stays = before and before.state == "paused" and self._orders.speed == 0
        await self._steer("paused" if stays else "playing", asked)
        return True

    async def _run(self) -> bool:
        """Send every cue that is not done, in its time; False if the desk stopped the replay."""
        self._played_to = asyncio.get_running_loop().time()
        self._clock = max((cue.at for cue in self._cues if self._done(cue)), default=self._clock)
        for cue in self._cues:
            while not self._done(cue):
                if not await self._wait(cue):
                    return False
                if await self._sent(cue):
                    break
        await self._look()
        return True

    async def _wait(self, cue: Cue) -> bool:
        """Return when it is a cue's turn, or another player has sent it; False if the desk stopped the replay.

        ``gone`` is the part of the wait that has passed, 0 to 1: the rest takes what the speed makes of it by then.
        """
        gone, loop = 0.0, asyncio.get_running_loop()
        while True:
            if loop.time() >= self._next_look:
                await self._look(max(self._clock, cue.at - self._gap(cue) * (1 - gone)))
            if self._now_set.state == "stopped" or self._done(cue):
                return self._now_set.state != "stopped"
            now, seconds = loop.time(), takes(self._gap(cue), self._now_set.speed)
            passed, left = now - self._played_to, (1.0 - gone) * seconds
            pause = self._next_look - now
            if self._halts(cue):
                self._played_to = now
            elif passed >= left:
                self._clock = max(self._clock, cue.at)
                self._played_to = self._played_to + left if left else now
                return True
            else:
                gone += passed / seconds
                self._played_to = now
                pause = min(pause, left - passed)
            await asyncio.sleep(max(0.0, pause))

    async def _sent(self, cue: Cue) -> bool:
        """Send a cue; False if it has to wait because the desk has just held the night."""
        try:
            await self._submitter.submit(cue.night, cue.command, cue.at)
        except Refused as refused:
            if refused.code == "held":
                await self._look()
                return False
            log.warning("replay was refused", night=cue.night, why=refused.sentence)  # somebody declared it first
        return True

    async def _rest(self) -> bool:
        """Wait at the end of a loop, unless paused; False if the desk stopped the replay."""
        left = self._rest_seconds
        while left > 0 and self._now_set.state != "stopped":
            await asyncio.sleep(min(_LOOK_SECONDS, left))
            await self._look()
            left -= 0.0 if self._now_set.state == "paused" else _LOOK_SECONDS
        return self._now_set.state != "stopped"

    async def _again(self) -> None:
        """Begin again the nights that are over, with the same people at the desk; other players may do so at once."""
        for name, last in self._last.items():
            opening = self._openings[name]
            while last != opening:
                stands = await self._submitter.look(name)
                if stands.night is None or not self._over(name, stands.night):
                    break
                event, acts = decide(None, opening.command, opening.at), for_another_round(stands.desk)
                await self._stream.begin_again(name, (stands.night.seq, stands.desk.seq), event, acts)
        self._clock = self._cues[0].at
        await self._look()

    async def _look(self, at: datetime | None = None) -> None:
        """Read how far each night is and how it is set; what one desk sets is copied to all nights on this clock."""
        end_if_cancelled()
        self._next_look = asyncio.get_running_loop().time() + _LOOK_SECONDS
        sets: dict[str, ReplaySet | None] = {}
        for name in self.nights:
            stands = await self._submitter.look(name)
            if stands.night is None:
                raise Refused("night-unknown", f"{name} was taken off air, so its replay is over.")
            self._states[name], sets[name] = stands.night, stands.desk.replay
        newest = max(filter(None, sets.values()), key=lambda act: act.at, default=None)
        if newest is None:
            return
        for name, act in sets.items():
            if act is None or _HOW(act) != _HOW(newest):
                # Under the same id: another player may be setting the same on this night, and it is to be set once.
                await self._submitter.record(name, replace(newest, invitation=""))
        self._set = newest
        nights = self._states.values()
        self._tell(
            Progress(
                clock=at or max(night.at for night in nights),
                declared=sum(night.declared for night in nights),
                contests=sum(night.awaited for night in nights),
                set=newest,
                held=any(night.held for night in nights),
            )
        )

    async def _steer(self, state: ReplayState, speed: float | None) -> None:
        """Set state and speed, in one act however many players do so at the same time."""
        before = self._set
        if before is None or (before.state, before.speed) != (state, speed):
            source = f"{before.command_id if before else next(iter(self.nights))}/{state}/{speed}"
            act = ReplaySet(
                seq=0,
                at=clock.now(),
                by="the command line",
                invitation="",
                device="",
                command_id=str(uuid5(NAMESPACE_OID, source)),
                speed=speed,
                state=state,
                skips_to=before.skips_to if before else UNSET,
            )
            for name in self.nights:
                await self._submitter.record(name, act)
        await self._look()

    def _done(self, cue: Cue) -> bool:
        return cue.command.id in self._states[cue.night].receipts

    def _over(self, name: str, night: Night) -> bool:
        """Whether a replay is at its end: every cue is done, or would be refused because people did it by hand."""
        left = (cue for cue in self._cues if cue.night == name and cue.command.id not in night.receipts)
        return not any(can_be(replace(night, held=False), cue) for cue in left)

    def _gap(self, cue: Cue) -> timedelta:
        """How long after the clock a cue comes; before it, what was skipped or is to be on air from the start."""
        begin = self._starts.get(cue.night, self._clock)
        return cue.at - max(self._clock, begin, self._now_set.skips_to or begin)

    def _halts(self, cue: Cue) -> bool:
        held = self._states[cue.night].held and not isinstance(cue.command, ReleaseNight)
        is_skipped = self._now_set.skips_to and cue.at <= self._now_set.skips_to
        return held or (self._now_set.state == "paused" and not is_skipped)
