"""A page as a person sees it: what its forms ask for, what it says. It fetches nothing."""

import re
from functools import cached_property
from html import unescape

_TAGS = re.compile(r"<(/?form|input|button)\b([^>]*)>")
_ATTRIBUTES = re.compile(r'([\w-]+)="([^"]*)"')
_SAYS = re.compile(r'<(?:p|div) class="(?:alert|lead)[^>]*>(.*?)</(?:p|div)>', re.DOTALL)
_RECEIPT = re.compile(r"(?:Declared|Corrected)\. Receipt (\d+)")
_KEPT = "Sent, and safely kept"


class Page:
    """A page, and the path that it was found at."""

    def __init__(self, path: str, status: int, text: str) -> None:
        self.path, self.status, self.text = path, status, text

    @cached_property
    def forms(self) -> dict[str, dict[str, str]]:
        """Where each form goes → what is in it, from the top of the page; a field that nobody chose is left out."""
        found: dict[str, dict[str, str]] = {}
        fields: dict[str, str] = {}
        for tag, rest in _TAGS.findall(self.text):
            named = {name: unescape(value) for name, value in _ATTRIBUTES.findall(rest)}
            if tag == "form":
                fields = found.setdefault(named.get("action", self.path), {})
            elif tag == "input" and "name" in named and (named.get("type") != "radio" or " checked" in rest):
                fields[named["name"]] = named.get("value", "")
        return found

    @cached_property
    def stages(self) -> list[str]:
        """What can be said of a count with one tap."""
        return re.findall(r'<button name="stage" value="([^"]+)"', self.text)

    @cached_property
    def receipt(self) -> int | None:
        """The number of the declaration that it is a receipt for: 0 if it is safely kept, and not on air."""
        if found := _RECEIPT.search(self.text):
            return int(found[1])
        return 0 if _KEPT in self.text else None

    @property
    def says(self) -> str:
        """Its most important sentence, for somebody who does not get on."""
        found = _SAYS.search(self.text) or re.search("<h1.*?</h1>", self.text, re.DOTALL)
        return " ".join(unescape(re.sub("<[^>]+>", " ", found[0] if found else "")).split()) or f"Status {self.status}."
