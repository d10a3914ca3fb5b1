"""Styles, scripts and pages need nothing that is newer than the oldest engines they are made for.

These are Chromium 103 (OBS 30), Safari 15.4 (every phone that has iOS 15 can have it) and Firefox 115. Which engine
knows what is as MDN's browser-compat-data says. Only what a page would need is named: without ``text-wrap``, say, it is
as right as with it. ``tests/browser/test_an_older_engine.py`` opens pages in the first of these engines.
"""

import re

from server.settings import ROOT

IN_STYLES = {
    r"light-dark\(": "Chromium 123, Safari 17.5, Firefox 120: var(--light, …) var(--dark, …) says the same",
    r":has\(": "Chromium 105, Firefox 121: a class can say it",
    r"color-mix\(": "Chromium 111, Safari 16.2: opacity can do it",
    r"\b(oklch|oklab|lch|lab|color)\(": "Chromium 111",
    r"@container\b": "Chromium 105, Safari 16",
    r"@media[^{]*[<>]": "Chromium 104, Safari 16.4: min-width and max-width say the same",
    r"@media \(scripting": "Chromium 120, Safari 17",
    r"@(scope|starting-style|property|view-transition|position-try)\b": "Chromium 118 or Firefox 128",
    r"\d[dsl]v([hwib]|min|max)\b": "Chromium 108",
    r"[{;]\s*(translate|rotate|scale):": "Chromium 104: transform says the same",
    r"\bsubgrid\b": "Chromium 117, Safari 16",
    r"child\([^)]* of ": "Chromium 111, Firefox 113",
    r":(dir|user-valid|user-invalid|open|popover-open|state)\b": "Chromium 114 and later",
    r"\b(round|mod|rem|sin|cos|tan|pow|sqrt|abs|sign|if)\(": "Chromium 111 and later",
    r"[{;}]\s*&": "nesting: Chromium 112, Safari 16.5, Firefox 117",
    r"content: [^;}]* / ": 'Safari 17.4, Firefox 128: the same content without / "" goes before it',
}
IN_SCRIPTS = {
    r"\.aria[A-Z]\w*\s*=[^=]": "Firefox 119: setAttribute does the same",
    r"\.(toSorted|toReversed|toSpliced|with)\(": "Chromium 110, Safari 16",
    r"\b(Object|Map)\.groupBy\b|\bArray\.fromAsync\b|\bPromise\.(withResolvers|try)\b": "Chromium 117 and later",
    r"\bAbortSignal\.(timeout|any)\b": "Safari 16 and later",
    r"\bURL\.(canParse|parse)\b": "Chromium 120, Safari 17",
    r"\.(union|intersection|difference|symmetricDifference|isSubsetOf|isSupersetOf)\(": "Chromium 122, Safari 17",
    r"\.(keys|values|entries)\(\)\.\w": "methods of iterators: Chromium 122, Safari 18.4, Firefox 131",
    r"\(\?<[=!]": "lookbehind: Safari 16.4, and earlier ones do not run a script that has it",
    r"/[dgimsuy]*v[dgimsuy]*[.,;)]": "the flag v: Chromium 112, Safari 17, Firefox 116",
    r"\bstatic \{": "Safari 16.4",
    r"\b(adoptedStyleSheets|CSSStyleSheet|OffscreenCanvas|CompressionStream|SharedWorker)\b": "Safari 16.4",
    r"\b(requestIdleCallback|scheduler)\b": "no Safari of these years",
    r"\bscrollend\b": "Chromium 114, Safari 26",
    r"\bIntl\.(Segmenter|DurationFormat)\b": "Firefox 125 and later",
    r"\.(checkVisibility|moveBefore|startViewTransition|(show|hide|toggle)Popover)\(": "Chromium 105 and later",
    r"\.(isWellFormed|toWellFormed|setHTMLUnsafe|getHTML)\(": "Chromium 111 and later",
    r"\b(navigation|wakeLock|Notification)\.": "Safari 16.4 and later: with ?. instead of .",
    r":has\(|:popover-open": "Firefox 121: a selector that is not known throws",
}
IN_PAGES = {
    r"\bpopover(target)?\b": "Chromium 114, Safari 17, Firefox 125",
    r"<search\b": "Chromium 118, Safari 17, Firefox 118",
    r"\bimportmap\b|\bcommandfor\b": "Safari 16.4 and later",
}
# What is used all the same, and what an older engine has instead.
BETTER_WITH = {
    ("declared.css", r"@media \(scripting"): "shown.js makes the feed short, a moment later",
    ("find.css", r"@media \(scripting"): "a button that does the same as typing",
    ("map.css", r"@media \(scripting"): "two controls that move the map when they appear",
    ("newsroom.css", r"@media \(scripting"): "buttons that move what is below when they appear",
    ("player.css", r"@media \(scripting"): "buttons that move the bar when they appear",
    ("player.css", r"@container\b"): "fewer times below the line, by @supports not",
    ("follow.js", r"\b(navigation|wakeLock|Notification)\."): "no button, which is shown if window has Notification",
    ("notices.js", r"\b(navigation|wakeLock|Notification)\."): "a sentence that says why, instead of the button",
}


def code_of(text: str) -> str:
    """A style sheet, script or template without its comments, and without what only follows what does instead of it."""
    text = re.sub(r"/\*.*?\*/|\{#.*?#\}|(?<![:\"'])//[^\n]*", "", text, flags=re.DOTALL)
    return re.sub(r'(content: [^;}/]*;) content: [^;}/]* / ""', r"\1", text)


def test_nothing_is_needed_that_an_older_engine_does_not_know() -> None:
    too_new: list[str] = []
    used: set[tuple[str, str]] = set()
    for names, patterns in (
        ("static/*.css", IN_STYLES),
        ("static/*.js", IN_SCRIPTS),
        ("templates/**/*.html", IN_PAGES),
    ):
        for file in sorted((ROOT / "web").glob(names)):
            code = code_of(file.read_text())
            for pattern, known_by in patterns.items():
                if hits := {hit[0] for hit in re.finditer(pattern, code)}:
                    used.add((file.name, pattern))
                    if (file.name, pattern) not in BETTER_WITH:
                        too_new.append(f"{file.name}: {sorted(hits)}, known from {known_by}")
    assert too_new == []
    assert set(BETTER_WITH) <= used, "an exception that nothing needs any more"
