"""The file of a past night read, checked and written; ``written/lines.py`` says what its lines hold. No events, no
CSV."""

import re

import msgspec

from server.election.bodies import NO_OVERALL_CONTROL
from server.election.contests import slug_of
from server.election.methods.rules import decides
from server.election.parties import counted_as
from server.election.texts.particulars import faults
from server.nights.written.lines import FORMAT, OTHERS, VERSION, ContestLine, Header, Summary

YEARS = range(1900, 2200)  # years that every system can show
BALLOT = re.compile(r"[a-z]+(\.[a-z0-9-]+)+\.\d{4}-\d\d-\d\d")

NOT_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What is raised where text is not the JSON that is wanted, or is nested without end."""


class BadNight(ValueError):
    """A night file cannot be used; the message is a sentence with the file's name and the line."""

    def __init__(self, name: str, line: int, sentence: str) -> None:
        super().__init__(f"{name}, line {line}: {sentence}")


_summary = msgspec.json.Decoder(Summary)
_header = msgspec.json.Decoder(Header)
_contest = msgspec.json.Decoder(ContestLine)


def written(header: Header, contests: tuple[ContestLine, ...]) -> str:
    """The text of a night file."""
    return "".join(msgspec.json.encode(line).decode() + "\n" for line in (header, *contests))


def summary(first_line: bytes, name: str) -> Summary:
    """The first line without its parties; BadNight if it is not the first line of a night file. ``name`` is the
    file's."""
    try:
        night = _summary.decode(first_line)
    except NOT_JSON as error:
        raise BadNight(name, 1, f"This is not the first line of a night: {error}.") from error
    if (night.format, night.version) != (FORMAT, VERSION):
        sentence = f"This is {night.format} version {night.version}; only {FORMAT} version {VERSION} can be read."
        raise BadNight(name, 1, sentence)
    return night


def header_of(first_line: bytes, name: str) -> Header:
    """The whole first line; BadNight if it is not the first line of a night file."""
    summary(first_line, name)
    try:
        header = _header.decode(first_line)
    except NOT_JSON as error:
        raise BadNight(name, 1, f"{error}.") from error
    bodies, parties = [body.id for body in header.bodies or ()], {party.id for party in header.parties}
    if len(set(bodies)) != len(bodies):
        raise BadNight(name, 1, "Two bodies have the same id.")
    for body in header.bodies or ():
        if unknown := sorted({*body.not_up, body.control or NO_OVERALL_CONTROL} - {NO_OVERALL_CONTROL} - parties):
            raise BadNight(name, 1, f"It does not name the party {unknown[0]} of {body.name}.")
    if header.date.year not in YEARS or header.polls_close.year not in YEARS:
        raise BadNight(name, 1, "The night is on no day that a clock has.")
    return header


def parsed(data: bytes, name: str) -> tuple[Header, tuple[ContestLine, ...]]:
    """A night file read and checked; BadNight at the first line that is wrong. ``name`` is the file's."""
    lines = data.splitlines()
    header = header_of(lines[0] if lines else b"", name)
    parties = {party.id for party in header.parties}
    contests: dict[str, ContestLine] = {}
    for number, line in enumerate(lines[1:], start=2):
        try:
            contest = _contest.decode(line)
        except NOT_JSON as error:
            raise BadNight(name, number, f"{error}.") from error
        if wrong := _wrong(contest, header, parties, contests):
            raise BadNight(name, number, wrong)
        contests[contest.ballot] = contest
    if len({slug_of(ballot) for ballot in contests}) != len(contests):
        raise BadNight(name, 1, "Two ballot ids differ in nothing but their kind of election.")
    if len(contests) != header.contests:
        sentence = f"The first line promises {header.contests} contests, but there are {len(contests)}."
        raise BadNight(name, 1, sentence)
    return header, tuple(contests.values())


def _wrong(contest: ContestLine, header: Header, parties: set[str], before: dict[str, ContestLine]) -> str | None:
    if contest.ballot in before:
        return f"{contest.ballot} has a line already."
    if not BALLOT.fullmatch(contest.ballot) or not slug_of(contest.ballot):
        return f"{contest.ballot} is not a ballot id like parl.clacton.by.2014-10-09."
    if not contest.candidates:
        return f"{contest.ballot} has no candidate."
    standing = {party for one in contest.candidates for party in (one.party, counted_as(one.party))}
    if contest.previous:
        standing |= {contest.previous.holder, *contest.previous.votes} - {OTHERS}
        standing |= contest.previous.won.keys()
    if unknown := sorted(standing - parties):
        return f"The first line does not name the party {unknown[0]}."
    if contest.body not in {"", *(body.id for body in header.bodies or ())}:
        return f"The first line does not name {contest.body}."
    for note in contest.notes:
        if wrong := next(faults(note.particulars, parties), None):
            return f"{contest.ballot} has a note whose {wrong[0]} is wrong. {wrong[1]}"
    if any(not 1 <= place <= len(contest.candidates) for place in contest.descriptions):
        return f"{contest.ballot} describes a candidate that it does not have."
    if contest.no_poll and (wrong := _wrong_without_poll(contest)):
        return wrong
    if wrong := _wrong_by_its_method(contest):
        return wrong
    moments = [*(stage.at for stage in contest.stages), *(note.at for note in contest.notes)]
    if contest.declared:
        moments.append(contest.declared)
    if any(moment.year not in YEARS for moment in (*moments, *([contest.expected] if contest.expected else ()))):
        return f"{contest.ballot} has something happen on no day that a clock has."
    if moments and min(moments) < header.polls_close:
        return f"{contest.ballot} has something happen before the polls close."
    if contest.declared and contest.stages and contest.declared < max(stage.at for stage in contest.stages):
        return f"{contest.ballot} is declared before its count has ended."
    return None


def _wrong_by_its_method(contest: ContestLine) -> str | None:
    rules, counted = contest.rules, contest.counted
    if rules.why_not:
        return f"{contest.ballot}: {rules.why_not}"
    if not 0 < min(map(int, counted.drawn), default=1) <= max(map(int, counted.drawn), default=1) <= len(counted.votes):
        return f"{contest.ballot} has a lot for a candidate that it does not have."
    tie = rules.tie(counted) if contest.first_places else None
    if tie and not decides(tie, counted.drawn):
        return f"{contest.ballot} is a tie: say which of them was drawn by lot."
    if tie is None and counted.drawn:
        return f"{contest.ballot} is not a tie, but has a lot."
    if contest.second and not set(contest.second.votes) <= set(range(1, len(contest.candidates) + 1)):
        return f"{contest.ballot} has second preferences for a candidate that it does not have."
    wrong = rules.check(counted) if contest.first_places and rules.has_first_round else ()
    return next((f"{contest.ballot}: {finding.sentence}" for finding in wrong), None)


def _wrong_without_poll(contest: ContestLine) -> str | None:
    state, reason = contest.no_poll or ("", "")
    if contest.first_places or contest.declared or contest.stages:
        return f"{contest.ballot} had no poll, but has votes, a count or a declaration."
    if (state == "uncontested") is not (len(contest.candidates) <= contest.seats):
        return f"{contest.ballot} is {state}, but {len(contest.candidates)} candidates stand."
    return None if reason.strip() else f"{contest.ballot} had no poll: say why."
