"""A night still to come as a night file, to be opened or imported later. Nothing is stored."""

from server.nights.coming.made import Made
from server.nights.format import written
from server.nights.written.lines import CandidateLine, ContestLine, Header


def night_file(night: Made) -> str:
    """The text of the night file of a night that was made of a sheet."""
    definition = night.definition
    lines = tuple(
        ContestLine(
            ballot=contest.ballot,
            name=contest.name,
            gss=contest.gss,
            region=contest.region,
            nation=contest.nation,
            electorate=contest.electorate,
            candidates=tuple(CandidateLine(one.name, one.party, 0, one.sitting) for one in contest.candidates),
            descriptions={place: one.description for place, one in enumerate(contest.candidates, 1) if one.description},
            expected=night.expected.get(contest.ballot),
            no_poll=night.no_polls.get(contest.ballot),
            previous=contest.previous,
            body=contest.body or "",
            seats=contest.seats,
            method=contest.method or "plurality",
        )
        for contest in definition.contests
    )
    header = Header(
        id=definition.id,
        title=definition.title,
        date=definition.date,
        polls_close=definition.polls_close,
        baseline=definition.baseline,
        seats=definition.seats,
        times="recorded",
        contests=len(lines),
        attribution=definition.attribution,
        bodies=definition.bodies,
        control_baseline=definition.control_baseline,
        parties=definition.parties,
    )
    return written(header, lines)
