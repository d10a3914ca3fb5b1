"""What is answered to who types a postcode: the code of the constituency, if this place has a table, or why not."""

from typing import Literal

from msgspec import Struct
from starlette.requests import Request

from server.html.process import process
from server.nights.postcodes import is_postcode, is_whole, table

Why = Literal["no table", "a part", "not in it", "no contest"]


class PostcodeAsked(Struct, frozen=True):
    """A postcode, as it is written, and its constituency's GSS code; "" where that is not known."""

    text: str
    gss: str
    has_table: bool

    @property
    def why(self) -> Why:
        """Why it leads to no contest here."""
        if not self.has_table:
            return "no table"
        if self.gss:
            return "no contest"
        return "not in it" if is_whole(self.text) else "a part"


async def postcode_asked(request: Request, question: str) -> PostcodeAsked | None:
    """The postcode that a question is; None if it has not the form of one."""
    if not is_postcode(question):
        return None
    this = process(request)
    known = await this.hub.beside.make("postcodes", lambda: table(this.settings.data_dir))
    text = " ".join(question.upper().split())
    return PostcodeAsked(text, (known and known.seat(text)) or "", known is not None)
