"""Whether pages can be made of a night that came from a file: its names, its numbers and its times. No files."""

from server.election.amended import amended
from server.election.bodies import NO_OVERALL_CONTROL
from server.election.contests import Contest, Definition
from server.election.events import AnyEvent, BallotPaperAmended, NightAmended
from server.election.nights import Night
from server.election.parties import counted_as
from server.nights.format import BALLOT, YEARS


def why_unfit(night: Night, events: list[AnyEvent]) -> str | None:
    """Why no page can be made of a night, as a sentence; None if it can. Nights from this program always can be
    shown."""
    definition = night.opened_as
    if why := _of_the_opening(definition):
        return why
    before = events[0].at
    for event in events:
        if event.at.tzinfo is None or event.at.year not in YEARS or event.at < before:
            return f"Event {event.seq} is at no time, or before the one before it."
        before = event.at
        if isinstance(event, BallotPaperAmended | NightAmended):
            definition = amended(definition, event)
            why = _of_an_amendment(definition, event.contest) if isinstance(event, BallotPaperAmended) else None
            if why or not _has_a_day(definition):
                return why or "The night is on no day that a clock has."
            if isinstance(event, BallotPaperAmended) and event.ballot != event.contest.ballot:
                return f"Event {event.seq} puts the ballot paper of another contest right than it says."
    return None


def _of_the_opening(definition: Definition) -> str | None:
    ballots = [contest.ballot for contest in definition.contests]
    slugs = {contest.slug for contest in definition.contests}
    if not ballots or "" in slugs or len(slugs) != len(ballots):
        return "The night has no contests, or some that cannot be told apart."
    for contest in definition.contests:
        ids = [candidate.id for candidate in contest.candidates]
        if not BALLOT.fullmatch(contest.ballot) or not ids or ids != [str(place) for place in range(1, len(ids) + 1)]:
            return f"{contest.ballot!r} is no ballot id, or its candidates are not numbered as on a ballot paper."
        if why := contest.rules.why_not or _names_no_party(definition, contest):
            return why
    bodies, parties = definition.bodies or (), {party.id for party in definition.parties}
    held = {party for body in bodies for party in (*body.not_up, body.control or NO_OVERALL_CONTROL)}
    if unknown := sorted(held - {NO_OVERALL_CONTROL} - parties):
        return f"The night does not name the party {unknown[0]}, which has seats or control of a council."
    return None if _has_a_day(definition) else "The night is on no day that a clock has."


def _of_an_amendment(definition: Definition, contest: Contest) -> str | None:
    """What cannot be shown of an amended ballot paper, whose candidates keep their numbers at other places."""
    ids = [candidate.id for candidate in contest.candidates]
    if not contest.standing or len(set(ids)) != len(ids) or not all(id.isascii() and id.isdecimal() for id in ids):
        return f"{contest.ballot!r} has nobody who stands, or candidates who cannot be told apart."
    return _names_no_party(definition, contest)


def _names_no_party(definition: Definition, contest: Contest) -> str | None:
    parties = {party.id for party in definition.parties}
    candidates = contest.candidates
    named = {party for candidate in candidates for party in (candidate.party, counted_as(candidate.party))}
    named |= {contest.previous.holder, *contest.previous.won} if contest.previous else set()
    if contest.body and definition.body_of(contest) is None:
        return f"The night does not name {contest.body}, to which {contest.ballot!r} elects."
    return f"The night does not name the party {min(named - parties)}." if named - parties else None


def _has_a_day(definition: Definition) -> bool:
    close = definition.polls_close
    return close.tzinfo is not None and definition.date.year in YEARS and close.year in YEARS
