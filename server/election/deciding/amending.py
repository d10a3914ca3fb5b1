"""Decides whether what was known before a count may be put right as somebody asks. Nothing is changed here."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from server.election.clock import LONDON
from server.election.commands import AmendBallotPaper, AmendNight
from server.election.contests import Candidate, Contest
from server.election.counts import Count
from server.election.events import Amendment, NoPollTaken, SetsResult
from server.election.limits import LONGEST_NAME, LONGEST_NUMBER, LONGEST_TITLE, MOST_CANDIDATES
from server.election.nights import Night
from server.election.parties import counted_as
from server.election.refusals import Refused, plain, reason_in, refuse_if
from server.election.texts.check_codes import Finding
from server.election.texts.said import Said, say, say_all

_MOST = 10**LONGEST_NUMBER - 1
_DAY_BEGINS = timedelta(hours=6)  # a poll that closes late, for those who queue, closes in the night of its day
_WITHDRAW = say("Withdraw the report of the declaration first.")


def paper_amended(night: Night, count: Count, command: AmendBallotPaper) -> str:
    """The reason for putting a ballot paper right, in one line; Refused where it may not be put right so.

    Before there are figures no reason is needed. What is declared stays declared: the candidates can be called
    otherwise and be of other parties, but none can come or go.
    """
    contest = command.contest
    _must_be_newest(count.amendments, command.made_from)
    if (contest.ballot, contest.gss) != (count.contest.ballot, count.contest.gss):
        raise Refused("ballot-other", say("That is the ballot paper of another contest."))
    known = count.contest
    if (contest.elects, contest.method, contest.body) != (known.elects, known.method, known.body):
        raise Refused(
            "ballot-other", say("How many are elected, how and to what is the night's, and cannot be put right.")
        )
    refuse_if([*_unfit(night, command), *_against_the_declared(count, contest)])
    if contest == count.contest:
        raise Refused("nothing-changed", say("Nothing is changed: the ballot paper says all of that already."))
    return reason_in(command.reason) if count.has_figures else plain(command.reason, "reason")


def night_amended(night: Night, command: AmendNight) -> str:
    """The reason for putting right what a night says of itself, in one line; Refused where it may not be put right
    so."""
    d = night.definition
    _must_be_newest(night.amendments, command.made_from)
    findings = [*_text("title", command.title, LONGEST_TITLE, say("Say what the night is called."))]
    findings += _text("baseline", command.baseline, LONGEST_TITLE)
    closes = command.polls_close.astimezone(LONDON)
    if command.polls_close != d.polls_close and (closes - _DAY_BEGINS).date() != d.date:
        sentence = say(
            "The poll is on %(day)s %(year)s: it closes on that day, or in the night after it.",
            day=d.date,
            year=str(d.date.year),
        )
        findings.append(Finding("paper-unfit", "polls_close", sentence))
    findings += _after_what_went_out(night, command)
    refuse_if(findings)
    if (command.title, command.polls_close, command.baseline) == (d.title, d.polls_close, d.baseline):
        raise Refused("nothing-changed", say("Nothing is changed: the night says all of that already."))
    has_figures = any(count.has_figures for count in night.counts.values())
    return reason_in(command.reason) if has_figures else plain(command.reason, "reason")


def _must_be_newest(amendments: Sequence[Amendment], made_from: int | None) -> None:
    """Raises Refused where somebody else has amended it since the form was made."""
    if made_from is None or made_from == len(amendments):
        return
    what = say("What this was made from did not go out,")
    if amendments and made_from < len(amendments):
        last = amendments[-1]
        time = f"{last.at.astimezone(LONDON):%H:%M}"
        what = say("This was put right at %(time)s, after this page was opened.", time=time)
    raise Refused(
        "amended-meanwhile", say("%(what)s Nothing was sent, and what you typed is kept: compare the two.", what=what)
    )


def _unfit(night: Night, command: AmendBallotPaper) -> Iterator[Finding]:
    """What stands against these names and numbers by themselves."""
    contest, candidates = command.contest, command.contest.candidates
    yield from _text("name", contest.name, LONGEST_TITLE, say("Say what the contest is called."))
    yield from _text("region", contest.region, LONGEST_TITLE)
    yield from _number("electorate", contest.electorate)
    for party in command.parties:
        yield from _text("party", party.name, LONGEST_TITLE, say("Say what the party is called."))
        yield from _text("party", party.short, LONGEST_NAME, say("Say how the party is called for short."))
    known = {*night.parties, *(party.id for party in command.parties)}
    for candidate in candidates:
        yield from _text(f"name.{candidate.id}", candidate.name, LONGEST_TITLE, say("Say who stands."))
        yield from _text(f"full_name.{candidate.id}", candidate.full_name or "", LONGEST_TITLE)
        yield from _text(f"description.{candidate.id}", candidate.description or "", LONGEST_TITLE)
        if not {candidate.party, counted_as(candidate.party)} <= known:
            sentence = say("%(party)s is no party that this night names.", party=candidate.party[:LONGEST_NAME])
            yield Finding("paper-unfit", f"party.{candidate.id}", sentence)
    if not contest.standing:
        yield Finding("paper-unfit", "candidates", say("Nobody is left to be elected: the poll is countermanded."))
    if len(candidates) > MOST_CANDIDATES:
        yield Finding(
            "paper-unfit",
            "candidates",
            say("A ballot paper has at most %(most)s candidates.", most=MOST_CANDIDATES),
        )
    if len({candidate.id for candidate in candidates}) < len(candidates):
        yield Finding("paper-unfit", "candidates", say("Two candidates have the same id."))
    if contest.previous:
        if not {contest.previous.holder, *contest.previous.won} <= known:
            yield Finding("paper-unfit", "holder", say("The party that held the seat is none that this night names."))
        for party, votes in contest.previous.votes.items():
            yield from _number(f"previous.{party}", votes)
        yield from _number("previous-electorate", contest.previous.electorate or 0)


def _against_the_declared(count: Count, contest: Contest) -> Iterator[Finding]:
    """What stands against an amendment because of what was declared, or recorded as uncontested."""
    before = {candidate.id: candidate for candidate in count.contest.candidates}
    after = {candidate.id: candidate for candidate in contest.candidates}
    gone = [candidate.name for id, candidate in before.items() if id not in after]
    if gone and any(isinstance(event, SetsResult) for event in count.history):
        sentence = say(
            "%(names)s had votes that were declared, and cannot go from the paper: say that they withdrew.",
            names=tuple(gone),
        )
        yield Finding("paper-unfit", "candidates", sentence)
    if count.no_poll and count.no_poll.state == "uncontested" and not 0 < len(contest.standing) <= contest.seats:
        number = 1 if count.contest.seats == 1 else len(count.contest.standing)
        what = say("That there is no poll was recorded for %(number)s candidates.", number=number)
        if number == 1:
            what = say("That there is no poll was recorded for one candidate.")
        back = say("Take that back first, under “Withdraw”.")
        yield Finding("paper-unfit", "candidates", say_all(what, back))
    elif count.result and not isinstance(count.no_poll, NoPollTaken):
        new = [candidate.name for id, candidate in after.items() if id not in before]
        if new:
            sentence = say(
                "%(names)s cannot come onto a paper whose result is declared. %(withdraw)s",
                names=tuple(new),
                withdraw=_WITHDRAW,
            )
            yield Finding("paper-unfit", "candidates", sentence)
        struck = [one.name for id, one in after.items() if id in before and one.fate != before[id].fate]
        if struck:
            sentence = say(
                "What became of %(names)s cannot change once votes are declared. %(withdraw)s",
                names=tuple(struck),
                withdraw=_WITHDRAW,
            )
            yield Finding("paper-unfit", "candidates", sentence)
        elected = [line.candidate.id for line in count.result.elected]
        others = [after[id].name for id in elected if id in after and _is_another(before, after[id])]
        if others:
            sentence = say(
                "%(names)s would be elected by the votes of somebody else. %(withdraw)s",
                names=tuple(others),
                withdraw=_WITHDRAW,
            )
            yield Finding("paper-unfit", "candidates", sentence)
        papers = count.result.papers or count.result.valid_papers or 0
        if 0 < contest.electorate < papers:
            sentence = say(
                "%(papers)s ballot papers are declared: more than an electorate of %(electorate)s.",
                papers=papers,
                electorate=contest.electorate,
            )
            yield Finding(
                "papers-above-electorate",
                "electorate",
                say_all(sentence, _WITHDRAW),
            )


def _is_another(before: Mapping[str, Candidate], one: Candidate) -> bool:
    """Whether a candidate is to have the name that another has on the paper."""
    own = before[one.id].is_called(one.name)
    return not own and any(other.is_called(one.name) for other in before.values())


def _after_what_went_out(night: Night, command: AmendNight) -> Iterator[Finding]:
    """What stands against a later close of poll: that something of a count was announced before it."""
    d, told = night.definition, [event for count in night.counts.values() for event in count.history]
    first = min((one for one in told if not isinstance(one, NoPollTaken)), key=lambda one: one.at, default=None)
    if first and not d.rehearsal and d.replay_of is None and max(d.polls_close, first.at) < command.polls_close:
        said = f"{first.at.astimezone(LONDON):%H:%M}, from {night.counts[first.ballot].contest.name}"
        yield Finding(
            "paper-unfit",
            "polls_close",
            say("The first news of a count went out at %(where)s: the poll was closed.", where=said),
        )


def _text(field: str, text: str, most: int, missing: Said | None = None) -> Iterator[Finding]:
    if missing and not text.strip():
        yield Finding("paper-unfit", field, missing)
    if len(text) > most:
        yield Finding(
            "text-too-long",
            field,
            say("%(length)s characters are too many: at most %(most)s.", length=len(text), most=most),
        )
    if not text.isprintable():
        yield Finding("paper-unfit", field, say("That has characters that cannot be printed: type it anew."))


def _number(field: str, number: int) -> Iterator[Finding]:
    if not 0 <= number <= _MOST:
        yield Finding("paper-unfit", field, say("A number from 0 to %(most)s.", most=_MOST))
