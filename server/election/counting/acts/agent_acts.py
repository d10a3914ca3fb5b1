"""What was said to candidates and agents before a declaration, in the past tense: private like every act. No rules."""

from typing import Literal

from server.election.counting.acts.act import Act

Head = Literal["official_mark", "more_than_one", "identifiable", "unmarked_or_void"]


class AgentsConsulted(Act, frozen=True, tag="agents-consulted.1"):
    """The provisional figures of the confirmed ``sheet`` (its seq) were shown to candidates and agents; ``who`` says to
    which, in free text."""

    ballot: str
    sheet: int
    who: str


class RecountRequested(Act, frozen=True, tag="recount-requested.1"):
    """``who`` asked for a recount of the figures of a ``sheet``: of all of them, or ``of`` what. It was ``granted``, or
    refused; ``why`` says the reason. The recount itself is a stage of the count."""

    ballot: str
    sheet: int
    who: str
    of: str
    granted: bool
    why: str


class RejectedNoted(Act, frozen=True, tag="rejected-noted.1"):
    """What was said as rejected papers were adjudicated: ``notes`` is head → note. They replace all before."""

    ballot: str
    sheet: int
    notes: dict[Head, str]


AgentAct = AgentsConsulted | RecountRequested | RejectedNoted
