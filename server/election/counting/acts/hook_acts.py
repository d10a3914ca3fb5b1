"""What the desk did with webhooks, in the past tense: private like every act. No rules."""

from typing import Literal

from server.election.counting.acts.act import Act

HookKind = Literal["results", "stages", "expected", "notes", "papers", "night"]
"""What a webhook can be told of. Results come with their corrections and withdrawals, which nobody is spared."""


class HookMade(Act, frozen=True, tag="hook-made.1"):
    """A webhook was made: from the event after the seq ``after`` on, ``url`` is sent events of these ``kinds``.

    ``ballots`` are the contests that it is for, none for all. Its secret follows from the place's own and ``hook``, and
    is stored nowhere.
    """

    hook: str
    url: str
    kinds: tuple[HookKind, ...]
    ballots: tuple[str, ...]
    after: int


class HookSwitched(Act, frozen=True, tag="hook-switched.1"):
    """A webhook was switched on, or told to try again at once; or off, by somebody, or by itself: then ``why`` says
    what the receiver had answered."""

    hook: str
    on: bool
    why: str = ""


class HookDropped(Act, frozen=True, tag="hook-dropped.1"):
    """A webhook was taken away for good; its secret is worth nothing from then on."""

    hook: str


HookAct = HookMade | HookSwitched | HookDropped
