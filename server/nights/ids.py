"""Which ids a night on air may have: one that makes an address and a file's name, and is no past night's."""

from server.election.refusals import Refused
from server.election.texts.said import say
from server.nights.kept import Kept, NotKept, is_shipped


def must_be_free(kept: Kept, night: str) -> None:
    """Refuse an id for a night on air under which a past night is found, or that cannot stand in an address.

    The pages of a past night would not be found any more while another night of its id is on air, and the night on air
    could not be kept.
    """
    try:
        file = kept.file(night)
    except NotKept:
        sentence = say(
            "%(night)s cannot be the id of a night: write at most 200 letters from A to Z, digits, - and _, with "
            "single dots between them.",
            night=repr(night[:80]),
        )
        raise Refused("id-unfit", sentence) from None
    if is_shipped(night) or file.exists():
        raise Refused("night-kept", f"{night} is a past night already: a night on air needs its own id, --as practice.")
