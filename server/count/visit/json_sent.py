"""JSON that a program sends to the count: read strictly, and answered with everything that stands against it."""

import json
from typing import TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from server.election.limits import LONGEST_KEY
from server.election.texts.check_codes import Finding
from server.html.errors import problem

T = TypeVar("T")
_MOST_NAMED = 100  # findings in one answer; no ballot paper has half as many candidates


class _Twice(ValueError):
    """Raised for JSON in which a key comes twice in one object, since nobody can know which of the two is meant."""


async def sent_as(request: Request, shape: type[T], what: str) -> T | Response:
    """The body of a request in this shape, or the answer that says why it is not ``what`` is sent."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return problem(415, f"Send the {what} as application/json.", code="not-json")
    body = await request.body()
    try:
        sent = msgspec.json.decode(body, type=shape)
        json.loads(body, object_pairs_hook=_once_each)
    except msgspec.ValidationError as error:
        return problem(422, f"The body does not have the shape of a {what}.", errors=[_shape(error)])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return problem(400, "The body is not JSON.", code="not-json")
    except RecursionError:
        return problem(400, f"The body is nested too deep to be a {what}.", code="not-json")
    except _Twice as twice:
        return problem(400, str(twice), code="key-twice")
    return sent


def findings_told(code: str, findings: list[Finding], nothing: str) -> Response:
    """422 with what stands against figures; ``nothing`` says that they were not taken."""
    named = findings[:_MOST_NAMED]
    errors = [{"code": finding.code, "field": finding.field, "detail": finding.sentence} for finding in named]
    number = "One thing stands" if len(findings) == 1 else f"{len(findings)} things stand"
    sentence = f"{number} against these figures. {nothing}"
    if len(findings) > _MOST_NAMED:
        sentence += f" The first {_MOST_NAMED} are named."
    return problem(422, sentence, code=code, errors=errors)


def _once_each(pairs: list[tuple[str, object]]) -> None:
    seen = set[str]()
    for key, _ in pairs:
        if key in seen:
            raise _Twice(f"The key {key[:LONGEST_KEY]} comes twice in one object: which of them is meant?")
        seen.add(key)


def _shape(error: msgspec.ValidationError) -> dict[str, str]:
    """An error of msgspec, such as "Expected `int`, got `str` - at `$.papers`", as the error of one field."""
    words, _, path = str(error).partition(" - at ")
    field = path.strip("`").removeprefix("$").removeprefix(".")
    return {"code": "shape", "field": field, "detail": f"{words}."}
