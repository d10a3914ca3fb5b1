"""Whole numbers in the words in which they are spoken at a declaration, in each language. No figures."""

from server.html.languages import Language

_ENGLISH = (
    *("nought", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_ENGLISH_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_GERMAN = (
    *("null", "ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwölf"),
    *("dreizehn", "vierzehn", "fünfzehn", "sechzehn", "siebzehn", "achtzehn", "neunzehn"),
)
_GERMAN_TENS = ("zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig")
# Welsh counts in tens. Numbers have forms of their own before "deg", "cant", "mil" and "miliwn", which they change.
_WELSH = ("dim", "un", "dau", "tri", "pedwar", "pump", "chwech", "saith", "wyth", "naw", "deg")
_WELSH_TENS = (
    "",
    "un deg",
    "dau ddeg",
    "tri deg",
    "pedwar deg",
    "pum deg",
    "chwe deg",
    "saith deg",
    "wyth deg",
    "naw deg",
)
_WELSH_HUNDREDS = (
    *("", "cant", "dau gant", "tri chant", "pedwar cant", "pum cant", "chwe chant", "saith cant", "wyth cant"),
    "naw cant",
)
_WELSH_THOUSANDS = {2: "dwy fil", 3: "tair mil", 4: "pedair mil", 5: "pum mil", 6: "chwe mil"}
_WELSH_AND = ("", "ac un", "a dau", "a thri", "a phedwar", "a phump", "a chwech", "a saith", "ac wyth", "a naw")
_MILLION, _MOST = 1_000_000, 1_000_000_000


def spoken(language: Language, number: int) -> str:
    """A whole number in words: ``three hundred and forty-nine``; "" where it is no number of votes."""
    if not 0 <= number < _MOST:
        return ""
    return {"cy": _in_welsh, "de": _in_german}.get(language.code, _in_english)(number)


def _in_english(number: int) -> str:
    if number < 20:
        return _ENGLISH[number]
    if number < 100:
        tens, rest = divmod(number, 10)
        return _ENGLISH_TENS[tens - 2] + (f"-{_ENGLISH[rest]}" if rest else "")
    if number < 1000:
        hundreds, rest = divmod(number, 100)
        return f"{_ENGLISH[hundreds]} hundred" + (f" and {_in_english(rest)}" if rest else "")
    size, name = (1000, "thousand") if number < _MILLION else (_MILLION, "million")
    whole, rest = divmod(number, size)
    joined = "" if not rest else f" and {_in_english(rest)}" if rest < 100 else f", {_in_english(rest)}"
    return f"{_in_english(whole)} {name}{joined}"


def _in_german(number: int) -> str:
    return "eins" if number == 1 else _german(number) + ("s" if number > 100 and number % 100 == 1 else "")


def _german(number: int) -> str:
    if number < 20:
        return _GERMAN[number]
    if number < 100:
        tens, rest = divmod(number, 10)
        return (f"{_GERMAN[rest]}und" if rest else "") + _GERMAN_TENS[tens - 2]
    if number < 1000:
        hundreds, rest = divmod(number, 100)
        return f"{_GERMAN[hundreds]}hundert" + (_german(rest) if rest else "")
    if number < _MILLION:
        thousands, rest = divmod(number, 1000)
        return f"{_german(thousands)}tausend" + (_german(rest) if rest else "")
    millions, rest = divmod(number, _MILLION)
    whole = "eine Million" if millions == 1 else f"{_german(millions)} Millionen"
    return whole + (f" {_german(rest)}" if rest else "")


def _in_welsh(number: int) -> str:
    if number <= 10:
        return _WELSH[number]
    if number < 100:
        tens, rest = divmod(number, 10)
        return _WELSH_TENS[tens] + (f" {_WELSH[rest]}" if rest else "")
    if number < 1000:
        hundreds, rest = divmod(number, 100)
        return _and(_WELSH_HUNDREDS[hundreds], rest, " ")
    if number < _MILLION:
        thousands, rest = divmod(number, 1000)
        return _and(_welsh_thousands(thousands), rest, ", ")
    millions, rest = divmod(number, _MILLION)
    return _and(
        "miliwn" if millions == 1 else "dwy filiwn" if millions == 2 else f"{_in_welsh(millions)} miliwn", rest, ", "
    )


def _and(whole: str, rest: int, between: str) -> str:
    return whole if not rest else f"{whole} {_WELSH_AND[rest]}" if rest < 10 else whole + between + _in_welsh(rest)


def _welsh_thousands(thousands: int) -> str:
    if thousands == 1:
        return "mil"
    before, last = divmod(thousands, 10)
    if last in _WELSH_THOUSANDS:
        tens = _WELSH_TENS[before] if before < 10 else _in_welsh(before * 10)
        return f"{tens} {_WELSH_THOUSANDS[last]}".strip()
    words = _in_welsh(thousands)
    return f"{words.removesuffix('t') if thousands % 100 == 0 else words} mil"
