"""Entries as Atom (RFC 4287), in pages (RFC 5005, 3). No entry is chosen here."""

from collections.abc import Sequence
from datetime import datetime
from xml.etree.ElementTree import Element, SubElement, tostring

from msgspec import Struct

from server.feeds.syndication.entries import Entry
from server.html.languages import Language

ATOM = "http://www.w3.org/2005/Atom"


class Feed(Struct, frozen=True):
    """A page of a feed. ``here``, ``first`` and ``next`` are addresses, the last "" on the last page; ``night`` is the
    address of the night's page, with which those of entries begin, and ``ending`` the query that these take."""

    title: str
    here: str
    first: str
    next: str
    night: str
    ending: str
    updated: datetime
    rights: str


def atom(feed: Feed, entries: Sequence[Entry], language: Language) -> bytes:
    """The document. An entry's id is the same whatever becomes of the entry, and in every language."""
    root = Element("feed", {"xmlns": ATOM, "xml:lang": language.tag})
    _add(root, "id", feed.first)
    _add(root, "title", feed.title)
    _add(root, "updated", feed.updated.isoformat())
    _add(SubElement(root, "author"), "name", "Declared")
    if feed.rights:
        _add(root, "rights", feed.rights)
    links = {"self": feed.here, "first": feed.first, "next": feed.next}
    for rel, address in links.items():
        if address:
            SubElement(root, "link", {"rel": rel, "type": "application/atom+xml", "href": address})
    SubElement(root, "link", {"rel": "alternate", "type": "text/html", "href": feed.night + feed.ending})
    for entry in entries:
        one = SubElement(root, "entry")
        _add(one, "id", feed.night + entry.name)
        _add(one, "title", entry.title)
        _add(one, "published", entry.published.isoformat())
        _add(one, "updated", entry.updated.isoformat())
        page = feed.night + entry.page + feed.ending
        SubElement(one, "link", {"rel": "alternate", "type": "text/html", "href": page})
        for term in entry.terms:
            SubElement(one, "category", {"term": term})
        _add(one, "content", "\n".join(entry.lines))
    return tostring(root, "utf-8", xml_declaration=True)


def _add(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = "".join(letter for letter in text if letter >= " " or letter in "\n\t")
