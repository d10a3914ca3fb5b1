"""A table of words as HTML, Markdown, wikitext or plain lines. No night."""

import re
from collections.abc import Sequence
from html import escape

from msgspec import Struct

_MARKS = re.compile(r"([\\`*_{}\[\]<>|#~])")
_WIKI = re.compile(r"[\[\]{}|<>'&=~_*#:;]")


class Words(Struct, frozen=True):
    """A table with its ``caption``, the names of its columns, rows of the same length of which the first cell is a
    name, and ``below`` what is said of it, with a ``link``; "" where another table follows that has both."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    below: tuple[str, ...]
    link: str
    names: int = 1  # columns of words, which the figures follow
    of_people: bool = False  # the second column is their party


def as_html(words: Words, tag: str) -> str:
    """The table of HTML, in the language of ``tag``; without a style of its own."""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in words.columns)
    rows = [
        f'<tr><th scope="row">{escape(first)}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in others)}</tr>'
        for first, *others in words.rows
    ]
    below = " · ".join(map(escape, words.below))
    link = f' · <a href="{escape(words.link)}">{escape(words.link)}</a>'
    return "\n".join(
        [
            f'<table lang="{escape(tag)}">',
            f"<caption>{escape(words.caption)}</caption>",
            *([f"<thead><tr>{head}</tr></thead>"] if any(words.columns) else []),
            "<tbody>",
            *rows,
            "</tbody>",
            "</table>",
            *([f'<p lang="{escape(tag)}">{below}{link}</p>'] if words.link else []),
        ]
    )


def as_markdown(words: Words) -> str:
    """The table as GitHub's Markdown and most others have it."""

    def line(cells: Sequence[str]) -> str:
        return f"| {' | '.join(map(_plain, cells))} |"

    rule = f"|{'---|' * words.names}{'---:|' * (len(words.columns) - words.names)}"
    table = [line(words.columns), rule, *map(line, words.rows)]
    below = " · ".join(map(_plain, words.below))
    end = ["", f"{below} · <{words.link}>"] if words.link else []
    return "\n".join([f"**{_plain(words.caption)}**", "", *table, *end])


def _plain(text: str) -> str:
    """A text of which Markdown takes no letter for a mark."""
    return _MARKS.sub(r"\\\1", text)


def as_wikitext(words: Words) -> str:
    """The table as MediaWiki has it."""

    def safe(cell: str) -> str:
        return f"<nowiki>{escape(cell, quote=False)}</nowiki>" if _WIKI.search(cell) else cell

    rows = [
        ["|-", f'! scope="row" | {safe(first)}', *(f"| {safe(one)}" for one in rest)] for first, *rest in words.rows
    ]
    return "\n".join(
        [
            '{| class="wikitable sortable"',
            f"|+ {safe(words.caption)}",
            *(f'! scope="col" | {safe(name)}' for name in words.columns if any(words.columns)),
            *(line for row in rows for line in row),
            "|}",
            *([f"{safe(' · '.join(words.below))} · {words.link}"] if words.link else []),
        ]
    )


def as_lines(words: Words) -> str:
    """A line a row, as a wire takes it: no table, no mark-up."""

    def line(cells: Sequence[str]) -> str:
        first, *others = cells
        party = f" ({others[0]})" if words.of_people and others[0] else ""
        figures = "; ".join(filter(None, others[words.of_people :]))
        return f"{first}{party}: {figures}" if figures else f"{first}{party}"

    end = ["", *words.below, words.link] if words.link else []
    columns = [line(words.columns)] if any(words.columns) else []
    return "\n".join([words.caption, "", *columns, *map(line, words.rows), *end])
