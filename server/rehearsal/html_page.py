"""A page as a person sees it: what its forms ask for, and what it says. Nothing is fetched here."""

import re
from functools import cached_property
from html import unescape

_CHOSEN = ("radio", "checkbox")  # sent only where they are
_TAGS = re.compile(r"<(/?form|input|button)\b([^>]*)>")
_ATTRIBUTES = re.compile(r'([\w-]+)="([^"]*)"')
_SAYS = re.compile(r'<(?:p|div) class="(?:alert|lead)[^>]*>(.*?)</(?:p|div)>', re.DOTALL)
_RECEIPT = re.compile(r"(?:Declared|Corrected)\. Receipt (\d+)")
_ALONE = "One person alone cannot do that"
_KEPT = "Sent, and safely kept"


class Page:
    """A page, and the path at which it was found."""

    def __init__(self, path: str, status: int, text: str) -> None:
        self.path, self.status, self.text = path, status, text

    @cached_property
    def forms(self) -> dict[str, dict[str, str]]:
        """Address of each form → its fields and their values, from the top. What can be chosen and is not is left out.
        A button that sends a form elsewhere is a form of its own."""
        forms: dict[str, dict[str, str]] = {}
        named_forms: dict[str, dict[str, str]] = {}
        elsewhere: list[dict[str, str]] = []
        fields: dict[str, str] = {}
        for tag, rest in _TAGS.findall(self.text):
            named = {name: unescape(value) for name, value in _ATTRIBUTES.findall(rest)}
            if tag == "form":
                fields = forms.setdefault(named.get("action", self.path), {})
                named_forms[named.get("id", "")] = fields
            elif tag == "button" and "formaction" in named:
                elsewhere.append(named)
            elif tag == "input" and "name" in named and (named.get("type") not in _CHOSEN or " checked" in rest):
                fields[named["name"]] = named.get("value", "")
        for button in elsewhere:
            sends = {button["name"]: button.get("value", "")}
            forms.setdefault(button["formaction"], named_forms.get(button.get("form", ""), {}) | sends)
        return forms

    @cached_property
    def stages(self) -> list[str]:
        """The stages that the page offers to report with one tap."""
        return re.findall(r'<button name="stage" value="([^"]+)"', self.text)

    @cached_property
    def receipt(self) -> int | None:
        """The number on the page if it is a receipt, 0 if the declaration is kept and not yet on air; else None."""
        if number := _RECEIPT.search(self.text):
            return int(number[1])
        return 0 if _KEPT in self.text else None

    @property
    def awaits_another(self) -> bool:
        """Whether somebody else has to confirm first what this page would put on air."""
        return _ALONE in self.text

    @property
    def says(self) -> str:
        """The page's most important sentence, for the message of ``Stuck``."""
        sentence = _SAYS.search(self.text) or re.search("<h1.*?</h1>", self.text, re.DOTALL)
        return (
            " ".join(unescape(re.sub("<[^>]+>", " ", sentence[0] if sentence else "")).split())
            or f"Status {self.status}."
        )
