"""The rows of each table, from the states that the JSON answers are made of. Nothing is written, or worked out."""

from collections.abc import Iterator
from datetime import datetime

from server.election.counts import Count
from server.election.nights import Night
from server.election.results.councils.together import councils
from server.election.results.tally import add_up
from server.feeds.states.contest_shapes import ContestState
from server.feeds.states.contests import contest_state
from server.feeds.states.nights import council_short, party_figures
from server.html.colours import colour_of
from server.html.languages import Language

Cell = str | int | float | bool | datetime | None
Row = tuple[Cell, ...]

_DECIMALS = 4  # of percentages and points: JSON has all of them


def contest_row(night: Night, count: Count, language: Language, state: ContestState | None = None) -> Row:
    """The row of ``contests`` for one contest; ``state`` is its state, if that was made already."""
    state, contest = state or contest_state(night, count, with_history=False), count.contest
    elected = count.result.elected if count.result else ()
    winner = night.parties.get(count.result.verdict.winner) if count.result else None
    return (
        night.definition.id,
        state.ballot,
        language.seat(contest),
        state.gss,
        language.place(state.region),
        language.place(state.nation),
        contest.body or "",
        contest.seats,
        contest.method or "plurality",
        state.status,
        state.verdict,
        "; ".join(contest.told(line.candidate.id) for line in elected),
        language.party(winner) if winner else None,
        winner.id if winner else None,
        colour_of(winner.id) if winner else None,
        state.majority,
        _rounded(state.majority_share),
        state.electorate,
        state.valid,
        state.rejected.total if state.rejected else None,
        _rounded(state.turnout.papers),
        _rounded(state.turnout.valid),
        state.swing.from_party if state.swing else None,
        state.swing.to_party if state.swing else None,
        _rounded(state.swing.points) if state.swing else None,
        state.by_lot,
        state.previous.holder if state.previous else None,
        state.expected,
        state.declared_at,
        state.time_assumed,
        *_kind_of(night),
    )


def candidate_rows(
    night: Night, count: Count, language: Language, state: ContestState | None = None
) -> tuple[Row, ...]:
    """The rows of ``candidates`` for one contest: by votes, before the declaration in ballot-paper order."""
    state = state or contest_state(night, count, with_history=False)
    place = (night.definition.id, state.ballot, language.seat(count.contest), state.gss)
    return tuple(
        (
            *place,
            one.id,
            one.name,
            one.party,
            one.description or (language.party(night.parties[one.party]) if one.party in night.parties else one.party),
            language.short(night.parties[one.party]) if one.party in night.parties else None,
            one.counted_as,
            colour_of(one.counted_as),
            one.votes,
            _rounded(one.share),
            _rounded(one.change),
            one.elected,
            one.lost_deposit,
            one.second_preferences or None,
            one.fate or None,
            state.status,
            state.declared_at,
            *_kind_of(night),
        )
        for one in state.candidates
    )


def party_rows(night: Night, language: Language) -> Iterator[Row]:
    """The rows of ``parties``."""
    for total in add_up(night).parties:
        one, party = party_figures(night, total), night.parties[total.party]
        name = (night.definition.id, one.id, language.party(party), language.short(party), colour_of(one.id))
        votes = (one.votes, _rounded(one.share), _rounded(one.change))
        yield (*name, one.seats, one.gained, one.lost, one.net, *votes, *_kind_of(night))


def council_rows(night: Night) -> Iterator[Row]:
    """The rows of ``councils``."""
    for one in map(council_short, councils(night).councils) if night.definition.councils else ():
        yield (
            *(night.definition.id, one.body, one.name, one.gss),
            *(one.of, one.line, one.open, one.vacant),
            *(one.certain, _controlled(one.control), _controlled(one.control_before), one.change, one.certain_at),
            *(one.declared, one.contests_total),
            *_kind_of(night),
        )


def council_seat_rows(night: Night, language: Language) -> Iterator[Row]:
    """The rows of ``council-seats``: of each council the parties with any seats, most first."""
    for one in map(council_short, councils(night).councils) if night.definition.councils else ():
        parties = {*one.seats, *one.not_up, *one.won, *one.gained, *one.lost}
        for party in sorted(parties, key=lambda party: (-one.seats.get(party, 0), party)):
            known = night.parties.get(party)
            yield (
                *(night.definition.id, one.body, one.name, party),
                *(language.party(known) if known else party, colour_of(party)),
                *(figures.get(party, 0) for figures in (one.seats, one.not_up, one.won, one.gained, one.lost)),
                *_kind_of(night),
            )


def _kind_of(night: Night) -> Row:
    return bool(night.definition.rehearsal), night.definition.replay_of


def _controlled(party: str | None) -> str | None:
    return "NOC" if party == "" else party


def _rounded(figure: float | None) -> float | None:
    return None if figure is None else round(figure, _DECIMALS)
