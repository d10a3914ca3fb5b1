"""What a picture is made of, text and bars; how wide text is; the picture as a PNG. No night and no words of its own.

The font comes in a package, because a machine may have none; its figures all have the same width. Text is set by
Pillow's basic layout and not by Raqm, which needs FriBiDi: so a picture is the same on every machine.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from io import BytesIO

from msgspec import Struct
from PIL import Image, ImageColor, ImageDraw, ImageFont

from server.html.colours import STYLE, colour_of

WIDTH, HEIGHT = 1200, 630
REGULAR, BOLD, HEAVY = 400, 700, 800  # weights of the font
CAPITAL = 0.66  # the height of a capital letter, as a part of the text's size

FONT = str(files("fontpkg_source_sans_3").joinpath("files", "SourceSans3[wght].ttf"))
_LIGHT: dict[str, str] = dict(re.findall(r"--(\w+): var\(--light, (#\w{6})\)", STYLE))
INK, PAPER, MUTED, LINE = (_LIGHT[name] for name in ("ink", "paper", "muted", "line"))
_CONTRASTS = (INK, PAPER), (MUTED, PAPER), (INK, LINE)  # text and its ground, either way round
_SHADES = 16  # Pillow compares colours in steps of four: more shades than these would be taken for paper


class Text(Struct, frozen=True):
    """One line of words. ``x`` is where it begins, or where it ends if ``ends``; ``y`` is its baseline."""

    words: str
    x: int
    y: int
    size: int
    weight: int = REGULAR
    colour: str = INK
    ends: bool = False

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of what is drawn."""
        left, top, right, bottom = _font(self.size, self.weight).getbbox(self.words, anchor=self.anchor)
        return self.x + left, self.y + top, self.x + right, self.y + bottom

    @property
    def anchor(self) -> str:
        """Which point of the line ``x`` and ``y`` are, as a Pillow anchor."""
        return "rs" if self.ends else "ls"


class Bar(Struct, frozen=True):
    """A rectangle, filled with ``colour`` unless that is ""; its ``edge`` is a colour, ``thick`` pixels wide, or ""."""

    x: int
    y: int
    width: int
    height: int
    colour: str = INK
    edge: str = ""
    thick: int = 1


Mark = Text | Bar


def party_bar(party: str, x: int, y: int, width: int, height: int) -> Bar:
    """A bar in a party's colour, with a darker edge so that pale colours, such as the SNP's, show on paper."""
    colour = colour_of(party)
    edge = "#" + "".join(f"{int(colour[place : place + 2], 16) * 4 // 5:02x}" for place in (1, 3, 5))
    return Bar(x, y, width, height, colour, edge)


@lru_cache(maxsize=2000)
def width_of(words: str, size: int, weight: int = REGULAR) -> int:
    """The width of a line of text, in pixels."""
    return round(_font(size, weight).getlength(words) + 0.5)


def fitted(words: str, width: int, most: int, least: int, weight: int = REGULAR) -> tuple[str, int]:
    """The words, and the largest size from ``least`` to ``most`` in which they fit a ``width`` in pixels.

    Words that do not fit even in the least size are shortened, with an ellipsis.
    """
    wide = width_of(words, most, weight)
    size = most if wide <= width else max(least, most * width // wide)
    while size > least and width_of(words, size, weight) > width:
        size -= 1
    if width_of(words, size, weight) <= width:
        return words, size
    while words and width_of(words + "…", size, weight) > width:
        words = words[:-1].rstrip(" ,-")
    return words + "…", size


def wrapped(words: str, width: int, size: int, lines: int, weight: int = REGULAR) -> list[str]:
    """The words in at most so many ``lines`` of a ``width`` in pixels; the last is shortened if they are too many."""
    rest, wrapped_lines = words.split(), list[str]()
    while rest and len(wrapped_lines) < lines:
        number = len(rest)
        is_last = len(wrapped_lines) == lines - 1
        while number > 1 and not is_last and width_of(" ".join(rest[:number]), size, weight) > width:
            number -= 1
        wrapped_lines.append(fitted(" ".join(rest[:number]), width, size, size, weight)[0])
        rest = rest[number:]
    return wrapped_lines


def painted(marks: Sequence[Mark]) -> bytes:
    """The picture as a PNG. A palette makes it a third as large, in half the time."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    pen = ImageDraw.Draw(picture)
    for mark in marks:
        if isinstance(mark, Text):
            font = _font(mark.size, mark.weight)
            pen.text((mark.x, mark.y), mark.words, mark.colour, font, mark.anchor)
        elif mark.width > 0:
            box = (mark.x, mark.y, mark.x + mark.width - 1, mark.y + mark.height - 1)
            pen.rectangle(box, mark.colour or None, mark.edge or None, mark.thick)
    file = BytesIO()
    picture.quantize(palette=_palette(marks), dither=Image.Dither.NONE).save(file, "PNG")
    return file.getvalue()


def _palette(marks: Sequence[Mark]) -> Image.Image:
    """A palette with every colour of the bars, and the shades between each colour of text and its ground."""
    shades = [
        tuple(round(dark + (light - dark) * step / _SHADES) for dark, light in zip(text, ground, strict=True))
        for text, ground in (map(ImageColor.getrgb, pair) for pair in _CONTRASTS)
        for step in range(_SHADES + 1)
    ]
    bars = {colour for mark in marks if isinstance(mark, Bar) for colour in (mark.colour, mark.edge) if colour}
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for colour in (*shades, *map(ImageColor.getrgb, sorted(bars))) for part in colour][:768])
    return palette


@lru_cache(maxsize=100)
def _font(size: int, weight: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(FONT, size, layout_engine=ImageFont.Layout.BASIC)
    font.set_variation_by_axes([weight])
    return font
