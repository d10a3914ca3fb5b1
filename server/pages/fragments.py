"""Which pieces the pages of a night are made of, by name, and which of them an event changes. Not their HTML.

Fragments: ``air`` (that the night is held or at its end, on every page), ``status`` (how far), ``banner``, ``parties``
(the House, on a night of several by-elections), ``score``, ``latest`` (the feed), ``ahead`` (what to watch before the
first result), ``row-{slug}`` (a contest in the list), ``seat-{slug}`` (its row in the table of all), ``hex-{slug}``
(its hexagon, where the night has a map), ``was`` (below the hexagons, how the seats were held, until the first result),
``contest-{slug}`` (all about it) and ``near-{slug}`` (its neighbours on the map).
The page of a night of one contest has no banner, score, rows or seats to watch. A night with councils has
``council-{slug}`` (a council in the list) and ``control-{slug}`` (all about it), where the slug is the council's,
``wards-{slug}`` where the page of all contests begins with councils, and ``shapes`` where they have a map.
"""

from collections.abc import Iterable
from typing import assert_never

from server.election.bodies import Body
from server.election.contests import Contest
from server.election.events import (
    AnyEvent,
    BallotPaperAmended,
    Corrected,
    DeclarationExpected,
    Declared,
    NightAmended,
    NightHeld,
    NightOpened,
    NightReleased,
    NoPollTaken,
    NoteCorrected,
    NotePosted,
    NoteWithdrawn,
    PreferencesReported,
    SheetHidden,
    SheetPhotographed,
    StageReached,
    StageTakenBack,
    Withdrawn,
)
from server.election.nights import Night
from server.html.templates import council_of
from server.pages.council.seen import slug
from server.pages.council.shapes import drawn
from server.pages.find import groups
from server.pages.map.hexagons import has_map
from server.pages.map.near import neighbours
from server.pages.night.house import has_house


def fragments_of(night: Night) -> tuple[str, ...]:
    """The ids of all fragments of a night, but for ``near-``."""
    contests = night.definition.contests
    if night.is_single:
        around = around_the_council(night, contests[0])
        return ("status", "latest", f"contest-{contests[0].slug}", *around, *_row_of_one(around, contests[0]))
    on_map = ("was", *(f"hex-{contest.slug}" for contest in contests)) if has_map(night.definition) else ()
    return (
        "status",
        "banner",
        *around_the_house(night),
        "score",
        "latest",
        "ahead",
        *_on_map_of_councils(night),
        *(piece for body in night.definition.councils for piece in _of_council(body)),
        *groups.pieces(night.definition),
        *(row for contest in contests for row in rows_of(contest)),
        *on_map,
    )


def on_every_page(night: Night, event: AnyEvent) -> tuple[str, ...]:
    """The piece that says that the desk holds the night, and that a replay is at its end; or is not after all."""
    if isinstance(event, NightHeld | NightReleased):
        return ("air",)
    if night.definition.replay_of is None:
        return ()
    return ("air",) if night.is_played or isinstance(event, NightOpened | Withdrawn) else ()


def around_the_house(night: Night) -> tuple[str, ...]:
    """The piece that says how the House stands, on a night of several by-elections; else none."""
    return ("parties",) if has_house(night.definition) else ()


def rows_of(contest: Contest) -> tuple[str, str, str]:
    """The fragments that say how a contest stands on a night of several."""
    return (f"contest-{contest.slug}", f"row-{contest.slug}", f"seat-{contest.slug}")


def _of_council(body: Body) -> tuple[str, str]:
    return (f"council-{slug(body)}", f"control-{slug(body)}")


def around_the_council(night: Night, contest: Contest) -> tuple[str, ...]:
    """The pieces that say how a contest's council stands; none where it is for none."""
    body = council_of(night.definition, contest)
    return _of_council(body) if body else ()


def _on_map_of_councils(night: Night) -> tuple[str, ...]:
    return ("shapes",) if drawn(night.definition) else ()


def _row_of_one(council: tuple[str, ...], contest: Contest) -> tuple[str, ...]:
    """On a night of one contest its row, which only a council's page shows."""
    return (f"row-{contest.slug}",) if council else ()


def at_the_end(night: Night) -> Iterable[str]:
    """The ids of the fragments that say something else once a night is over: of contests that nothing was heard of."""
    for count in night.counts.values():
        if count.status == "awaiting":
            own = rows_of(count.contest)
            yield from own[:1] if night.is_single else (*own, *_around(night, count.contest))


def changed_by(night: Night, event: AnyEvent) -> Iterable[str]:
    """The ids of the fragments that an event changes."""
    match event:
        case NightOpened() | NightAmended():
            around = neighbours(night.definition)
            near = (f"near-{contest.slug}" for contest in night.definition.contests if around.of(contest))
            return (*fragments_of(night), *near)
        case NightHeld() | NightReleased():
            return ("latest", "status")
        case NotePosted() | NoteCorrected() | NoteWithdrawn():
            about = night.definition.contests if night.is_single else ()
            if event.ballot:
                about = (night.counts[event.ballot].contest,)
            return (*(f"contest-{contest.slug}" for contest in about), "latest", "status")
        case SheetPhotographed() | SheetHidden():
            return (f"contest-{night.counts[event.ballot].contest.slug}", "status")
        case DeclarationExpected():
            contest = night.counts[event.ballot].contest
            if night.is_single:
                return (f"contest-{contest.slug}", "status")
            return (*rows_of(contest), *_around(night, contest), "ahead", "status")
        case (
            StageReached()
            | StageTakenBack()
            | PreferencesReported()
            | Declared()
            | Corrected()
            | Withdrawn()
            | NoPollTaken()
            | BallotPaperAmended()
        ):
            contest = night.counts[event.ballot].contest
            council = around_the_council(night, contest)
            if night.is_single:
                return (f"contest-{contest.slug}", "latest", "status", *council, *_row_of_one(council, contest))
            on_map = (f"hex-{contest.slug}", *_around(night, contest)) if has_map(night.definition) else ()
            was = ("was",) if on_map and isinstance(event, Declared | NoPollTaken | Withdrawn) else ()
            on_map += _on_map_of_councils(night) if council else ()
            around = (*around_the_house(night), *council, *groups.piece_of(night.definition, contest))
            return (*rows_of(contest), *on_map, *was, "banner", *around, "score", "ahead", "latest", "status")
        case _:
            assert_never(event)


def _around(night: Night, contest: Contest) -> Iterable[str]:
    """The small maps that show a seat: its own and those of its neighbours."""
    return (f"near-{seat.slug}" for seat in neighbours(night.definition).who_show(contest))
