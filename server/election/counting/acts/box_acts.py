"""What people did with ballot boxes, in the past tense: private like every act. No rules."""

from msgspec import Struct

from server.election.counting.acts.act import Act


class Box(Struct, frozen=True, omit_defaults=True):
    """A ballot box as it is listed beforehand: its ``name``, and whether it holds ``postal`` votes."""

    name: str
    postal: bool = False


class BoxesListed(Act, frozen=True, tag="boxes-listed.1"):
    """Boxes were added to those that must be accounted for. Each has an id by its place in the list: "b1", "b2"…"""

    ballot: str
    boxes: tuple[Box, ...]


class BoxStruck(Act, frozen=True, tag="box-struck.1"):
    """A box was taken off the list, for a reason: it was listed by mistake."""

    ballot: str
    box: str
    reason: str


class BoxCounted(Act, frozen=True, tag="box-counted.1"):
    """The papers of a box were counted: ``expected`` by its ballot paper account, and ``papers`` that are there.

    ``replaces`` is the seq of the figures of this box that these take the place of, 0 if there are none.
    ``explanation`` says why the two numbers differ.
    """

    ballot: str
    box: str
    replaces: int
    expected: int
    papers: int
    explanation: str


class BoxChecked(Act, frozen=True, tag="box-checked.1"):
    """A second person found the figures of a box right; ``counted`` is the seq of the act that holds them."""

    ballot: str
    box: str
    counted: int
