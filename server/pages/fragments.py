"""Which pieces the pages of a night are made of, by name. Neither their HTML nor when they change.

Fragments: ``air`` (that a replay is at its end, on every page), ``status`` (how far), ``banner``, ``parties`` (the
House, on a night of several by-elections), ``score``, ``latest`` (the feed), ``ahead`` (what to watch before the first
result), ``row-{slug}`` (a contest in the list), ``seat-{slug}`` (its row in the table of all), ``hex-{slug}`` (its
hexagon, where the night has a map), ``contest-{slug}`` (all about it) and ``near-{slug}`` (its neighbours on the map).
The page of a night of one contest has no banner, score, rows or seats to watch.
"""

from server.election.contests import Contest
from server.election.events import AnyEvent, NightOpened, Withdrawn
from server.election.nights import Night
from server.pages.map.hexagons import has_map
from server.pages.night.house import has_house


def fragments_of(night: Night) -> tuple[str, ...]:
    """The ids of all fragments of a night, but for ``near-``."""
    contests = night.definition.contests
    if night.is_single:
        return ("status", "latest", f"contest-{contests[0].slug}")
    on_map = (f"hex-{contest.slug}" for contest in contests) if has_map(night.definition) else ()
    return (
        "status",
        "banner",
        *around_the_house(night),
        "score",
        "latest",
        "ahead",
        *(row for contest in contests for row in rows_of(contest)),
        *on_map,
    )


def on_every_page(night: Night, event: AnyEvent) -> tuple[str, ...]:
    """The piece that says that a replay is at its end, or is not after all."""
    if night.definition.replay_of is None:
        return ()
    return ("air",) if not night.missing or isinstance(event, NightOpened | Withdrawn) else ()


def around_the_house(night: Night) -> tuple[str, ...]:
    """The piece that says how the House stands, on a night of several by-elections; else none."""
    return ("parties",) if has_house(night.definition) else ()


def rows_of(contest: Contest) -> tuple[str, str, str]:
    """The fragments that say how a contest stands on a night of several."""
    return (f"contest-{contest.slug}", f"row-{contest.slug}", f"seat-{contest.slug}")
