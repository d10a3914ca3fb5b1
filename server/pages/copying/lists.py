"""The tables of a night's other pages as tables of words: read out of the HTML that a page shows, so that words and
figures are the page's. No HTTP."""

import asyncio
from collections.abc import Mapping, Sequence
from html.parser import HTMLParser

from msgspec.structs import replace
from starlette.exceptions import HTTPException

from server.election.bodies import Body
from server.election.contests import Definition
from server.election.results.councils.council import council
from server.election.results.councils.together import councils
from server.html.shown import Shown
from server.html.telling.councils import of_council
from server.html.telling.words import as_at
from server.html.templates import environment
from server.live.memory.beside import Beside
from server.pages.analysis import views
from server.pages.analysis.choices import choices
from server.pages.copying.tables import Words, as_html, as_lines, as_markdown, as_wikitext
from server.pages.copying.texts import posted
from server.pages.council.seen import seen
from server.pages.find import table
from server.pages.find.search import plain

COUNCIL = "council"  # the tables of one council, ``&body=`` says of which
POST = "post"  # of a council alone: other tables are no result
FORMS = ("wire", "html", "markdown", "wikitext")
_AT_ONCE = 40  # rows, which take three milliseconds
_VOID = {"br", "hr", "img", "input", "wbr"}
_UNSEEN = {"narrow", "heard", "star"}  # classes of what is there twice, or only for a screen


def about(of: str) -> tuple[str, ...]:
    """The parameters by which an address says what a page of tables is about."""
    return ("body",) if of == COUNCIL else views.KINDS.get(of, ())


def council_of(definition: Definition, of: str, parameters: Mapping[str, str]) -> Body | None:
    """The council whose tables are asked for; None if others are, or there is no such council."""
    asked = parameters.get("body") if of == COUNCIL else None
    return next((one for one in definition.councils if one.id == asked), None)


def of_night(definition: Definition) -> tuple[str, ...]:
    """The pages whose tables can be copied, by the last part of their addresses."""
    own = ("councils",) if definition.councils else ()
    return ("contests", *own, *views.KINDS)


async def texts(beside: Beside, shown: Shown, of: str, parameters: Mapping[str, str]) -> dict[str, str]:
    """The tables of a page in each form, none if it has no table yet. They are made in steps, and written in a thread.
    HTTPException 404 if the night has no such page."""
    body = council_of(shown.night.definition, of, parameters)
    if body is None if of == COUNCIL else of not in of_night(shown.night.definition):
        raise HTTPException(404, shown.language.gettext("There is no such page."))
    html, language, night = await _html(shown, of, parameters, body), shown.language, shown.night
    title = language.title(night.definition.title)
    test = f"{language.gettext('Test')}: " if night.definition.rehearsal else ""
    told = f"{title}, {as_at(night, language)}"
    below = tuple(filter(None, (told, night.definition.attribution)))
    asked = {name: parameters[name] for name in views.KINDS.get(of, ()) if parameters.get(name)}
    place = f"/councils/{body.id}" if body else "" if of == "councils" else f"/{of}"
    page = f"{shown.site}/nights/{night.definition.id}{place}"
    link = f"{page}{shown.kept({'lang': '' if language.code == 'en' else language.code, **asked})}"

    def write() -> dict[str, str]:
        found = [one for one in tables_in(html) if one.rows]
        words = [Words(test + (one.caption or title), one.columns, tuple(one.rows), (), "", one.names) for one in found]
        if words:
            words[-1] = replace(words[-1], below=below, link=link)
        return (
            {
                "wire": "\n\n".join(map(as_lines, words)),
                "html": "\n".join(as_html(one, language.tag) for one in words),
                "markdown": "\n\n".join(map(as_markdown, words)),
                "wikitext": "\n\n".join(map(as_wikitext, words)),
            }
            if words
            else {}
        )

    written = await beside.make(("copied", html, link), write)
    if body is None:
        return written
    facts = (*of_council(night, council(night, body), language), as_at(night, language))
    return {POST: posted(shown, facts, link), **written}


async def _html(shown: Shown, of: str, parameters: Mapping[str, str], body: Body | None) -> str:
    night, language, parts = shown.night, shown.language, list[str]()
    if of in views.KINDS:
        try:
            topic = views.asked(night, choices(night.definition), of, parameters, language)
        except views.NoSuchView as error:
            raise HTTPException(404, str(error)) from None
        return views.html(night, topic, language, shown.baseline, shown.channel.on_air)
    templates = environment(language)
    rows: Sequence[object] = councils(night).councils
    if body:
        parts.append(templates.get_template("copying/council.html").render(night=night, seen=seen(night, body)))
    if of != "councils":
        some = [one for one in night.counts.values() if body is None or one.contest.body == body.id]
        counts = sorted(some, key=lambda one: plain(language.seat(one.contest)))
        rows = [(one, table.about_row(night, one, language)["turnout"]) for one in counts]
    template = templates.get_template(f"copying/{'councils' if of == 'councils' else 'contests'}.html")
    for first in range(0, len(rows), _AT_ONCE):
        some = rows[first : first + _AT_ONCE]
        parts.append(template.render(night=night, rows=some, first=not first, over=shown.is_over, kept=""))
        await asyncio.sleep(0)
    return "".join(parts)


def tables_in(html: str) -> list["_Table"]:
    """The tables of a piece of HTML, in order."""
    read = _Tables()
    read.feed(html)
    return read.found


class _Table:
    """A table as it is read."""

    def __init__(self, caption: str) -> None:
        self.caption = caption
        self.columns: tuple[str, ...] = ()
        self.rows: list[tuple[str, ...]] = []

    def add(self, row: list[str], heads: bool) -> None:
        """A row, which is the names of the columns if it ``heads`` the table; all rows have as many cells."""
        if heads:
            self.columns = tuple(row)
        elif row:
            wide = len(self.columns) or len(row)
            self.columns = self.columns or ("",) * wide
            self.rows.append(tuple((*row, *[""] * wide)[:wide]))

    @property
    def names(self) -> int:
        """How many columns have words, the first among them; figures follow."""
        _, *others = zip(*self.rows, strict=True)
        words = [any(letter.isalpha() for cell in column for letter in cell) for column in others]
        return 1 + (*words, False).index(False)


class _Tables(HTMLParser):
    """Reads the tables of a piece of HTML, each with its caption or the heading before it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[_Table] = []
        self.heading = ""
        self._text: list[str] = []
        self._row: list[str] = []
        self._unseen = 0
        self._head = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a table, a row or a cell."""
        about = dict(attrs)
        is_unseen = tag in ("svg", "button") or about.get("aria-hidden") == "true"
        is_unseen = is_unseen or not _UNSEEN.isdisjoint((about.get("class") or "").split())
        if tag not in _VOID and (self._unseen or is_unseen):
            self._unseen += 1
        match tag:
            case "table":
                self.found.append(_Table(self.heading))
            case "thead" | "tbody":
                self._head = tag == "thead"
            case "tr":
                self._row = []
            case "td" | "th" | "caption" | "h2" | "h3":
                self._text = []
            case _:
                self._text.append(" ")

    def handle_endtag(self, tag: str) -> None:
        """Keep what has ended."""
        if self._unseen:
            self._unseen -= tag not in _VOID
            return
        text = " ".join("".join(self._text).split())
        match tag:
            case "h2" | "h3":
                self.heading = text
            case "caption":
                self.found[-1].caption = text
            case "td" | "th":
                self._row.append(text)
            case "tr":
                self.found[-1].add(self._row, self._head)
            case _:
                pass

    def handle_data(self, data: str) -> None:
        """Text of a cell or a heading."""
        if not self._unseen:
            self._text.append(data)
