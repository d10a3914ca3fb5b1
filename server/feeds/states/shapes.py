"""What every JSON answer holds: answers are made with these, and /openapi.json describes them. No rules.

Shares, changes, swings and turnouts are percentages (or points) at full precision; moments are RFC 3339 with
offset; parties are Electoral Commission ids (``PP85``), or Democracy Club's for those who have none.
"""

from datetime import date
from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from server.feeds.states.contest_shapes import ContestSummary, Moment, Number, Percent

State = Literal["on air", "held", "past"]
Times = Literal["recorded", "assumed", "live"]


class Listed(Struct, frozen=True):
    """One night in the list. ``seq`` is null for a past night: it does not change any more. A replay that has reached
    its end is past too, and has its seq: it may begin again.

    ``replay_of`` is the past night that is being replayed, null where this is the night itself; ``rehearsal`` says
    that its figures are practised with, not counted.
    """

    night: str
    title: str
    date: date
    state: State
    replay_of: str | None
    rehearsal: bool
    seq: Number | None
    declared: Number
    contests_total: Number


class Nights(Struct, frozen=True):
    """All nights: those on air first, each group newest first."""

    nights: tuple[Listed, ...]


class PartyFigures(Struct, frozen=True):
    """A party over the contests declared so far.

    ``change`` is that of its share against the baseline in the same contests, in points; null for
    independents, and where the baseline does not say.
    """

    id: str
    name: str
    short: str
    seats: Number
    gained: Number
    lost: Number
    net: int
    votes: Number
    share: Percent
    change: float | None


class OverallMajority(Struct, frozen=True):
    """The party with more than half of the House, and the declaration that made it so."""

    party: str
    at: Moment
    seq: Number


class CouncilState(Struct, frozen=True, kw_only=True):
    """A council of a night as it stands.

    ``of`` is how many seats it has in all; ``seats`` is party to seats, those that are ``not_up`` among them, ``won``
    those won on this night, ``gained`` and ``lost`` against when they were last fought. ``open`` seats are still to be
    declared, ``vacant`` ones stay empty. ``line`` is the seats that make control.

    ``certain`` says whether it is certain who controls the council, ``control`` who does then, and ``change`` is
    "hold", "gain", "loss" or "win" against ``control_before``, on the eve. Where nobody has control it is "".
    """

    body: str
    name: str
    gss: str
    of: Number
    seats: dict[str, int]
    not_up: dict[str, int]
    won: dict[str, int]
    gained: dict[str, int]
    lost: dict[str, int]
    open: Number
    vacant: Number
    line: Number
    declared: Number
    contests_total: Number
    certain: bool
    control: str | None
    control_before: str | None
    change: str | None
    certain_at: Moment | None


class CouncilInFull(CouncilState, frozen=True, kw_only=True):
    """A council as it stands at ``seq`` of its ``night``, with its ``contests`` in short. ``baseline`` names what seats
    are compared with, ``control_baseline`` what control is, "" where that is not known."""

    night: str
    rehearsal: bool
    seq: Number
    at: Moment
    baseline: str
    control_baseline: str
    contests: tuple[ContestSummary, ...]
    attribution: str


class NightState(Struct, frozen=True):
    """A night as it stands at ``seq``, with the ``head`` of its record there (SHA-256, in hexadecimal).

    ``baseline`` names the election that gains and changes are counted from; ``times`` says how far the
    clock can be trusted; ``majority_line`` is the seats that make an overall majority, null where none is
    at stake. ``parties`` are by seats, then votes. ``contests`` are in short; in full (ContestState) where
    the night has only one. A night with councils has their states, and names what their control is compared with.
    """

    night: str
    title: str
    date: date
    state: State
    replay_of: str | None
    rehearsal: bool
    seq: Number
    head: str
    at: Moment
    times: Times
    declared: Number
    contests_total: Number
    baseline: str
    majority_line: Number | None
    overall_majority: OverallMajority | None
    parties: tuple[PartyFigures, ...]
    contests: tuple[ContestSummary, ...]
    attribution: str
    councils: tuple[CouncilState, ...] | UnsetType = UNSET
    control_baseline: str | UnsetType = UNSET


class Readiness(Struct, frozen=True):
    """Whether this process may be sent visitors; ``durable`` is whether Redis keeps what it has."""

    ready: bool
    durable: bool
    reasons: tuple[str, ...]
