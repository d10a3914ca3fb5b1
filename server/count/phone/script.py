"""What the officer will say: the declaration in words, to print before it is spoken. Nothing is declared here."""

from functools import partial

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from server.access import allows
from server.count.phone.entering import AT_THE_COUNT, FORM
from server.count.phone.office import opening_of
from server.count.phone.read_back import read_back
from server.count.visit.place import Place, chosen, common, place_of
from server.count.visit.rules import SignedIn
from server.count.visit.visitors_night import led_to, page
from server.html.address import language_of
from server.html.languages import ENGLISH, Language, language
from server.html.telling.spoken import spoken
from server.html.templates import rendered


@allows(SignedIn(AT_THE_COUNT))
async def script(request: Request) -> Response:
    """``GET /count/script``: the confirmed sheet as it will be spoken; to the form where none is confirmed."""
    ballot = chosen(request)
    if ballot is None:
        return led_to(request, FORM)
    place = await place_of(request, ballot)
    if place.stands.state != "ready":
        return led_to(request, place.at(FORM))
    spoken_in = _languages(request, place)
    texts = [(one, Markup(_text(place, one))) for one in spoken_in]
    return page(request, "script.html", 200, texts=texts, **common(request, place))


def _languages(request: Request, place: Place) -> tuple[Language, ...]:
    """In Wales a result is declared in Welsh and in English; elsewhere the script is in the officer's language."""
    return (language("cy"), ENGLISH) if place.count.contest.nation == "Wales" else (language_of(request),)


def _text(place: Place, one: Language) -> str:
    assert place.stands.sheet is not None, "only what is confirmed is spoken"
    contest, told = place.count.contest, read_back(place.night, place.count, place.stands.sheet)
    return rendered(
        "count/script_text.html",
        one,
        place=place,
        contest_of=contest,
        read_back=told,
        full_names={contest.told(one.id): one.full_name for one in contest.candidates if one.full_name},
        opening=opening_of(told.office, place.returning_officer, contest),
        in_words=partial(spoken, one),
    )
