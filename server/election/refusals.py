"""Refusals in words, and the conditions that several commands and acts share, each with its one sentence."""

from datetime import datetime

from server.election.clock import LONDON
from server.election.counts import Count
from server.election.limits import LONGEST_NAME, LONGEST_TEXT
from server.election.nights import Night
from server.election.texts.check_codes import CHECKS, Finding


class Refused(Exception):
    """A command or an act cannot happen. ``sentence`` tells a person why, ``code`` a program; ``findings`` are what the
    checks found, each with its field."""

    def __init__(self, code: str, sentence: str, findings: tuple[Finding, ...] = ()) -> None:
        super().__init__(sentence)
        self.code, self.sentence, self.findings = code, sentence, findings


def refuse_if(findings: list[Finding]) -> None:
    """Raises Refused with all the findings if there are any; the first gives the code and the sentence."""
    if findings:
        raise Refused(findings[0].code, findings[0].sentence, tuple(findings))


def want_reasons(doubts: list[Finding], reasons: dict[str, str]) -> None:
    """Raises Refused with all the doubts unless each has a reason, and no reason is too long.

    ``reasons`` is check code → the reason that somebody gave.
    """
    too_long = [
        _too_long(why, f"reason.{code[:LONGEST_NAME]}")
        for code, why in reasons.items()
        if len(why.strip()) > LONGEST_TEXT or len(code) > LONGEST_NAME
    ]
    if len(reasons) > len(CHECKS):
        too_long.append(Finding("text-too-long", "reasons", "There are more reasons than there are checks."))
    if too_long:
        refuse_if([*too_long, *doubts])
    if any(not plain(reasons.get(doubt.code, "")) for doubt in doubts):
        raise Refused("reasons-missing", "Say why it is so, where something looks unusual.", tuple(doubts))


def count_of(night: Night, ballot: str) -> Count:
    """The contest with this ballot id; Refused if the night has none."""
    count = night.counts.get(ballot)
    if count is None:
        raise Refused("ballot-unknown", f"{ballot} is not a contest of this night.")
    return count


def must_be_polled(count: Count) -> None:
    """Raises Refused where no poll is taken."""
    if count.no_poll is not None:
        raise Refused("no-poll", f"{count.contest.name} is {count.no_poll.state}: there is nothing to count.")


def must_be_declared(count: Count) -> None:
    """Raises Refused while the contest has no result that could be corrected or withdrawn."""
    if count.result is None:
        raise Refused("not-declared", f"{count.contest.name} is not declared.")


AFTER_DECLARING = (
    "After a declaration nothing is counted again: what can be done is to correct our report at once, if it has a "
    "slip, or to withdraw our report."
)
"""Only a court changes a declared result; what we correct or withdraw is our report of it."""


def must_be_undeclared(count: Count) -> None:
    """Raises Refused once the contest has a result, with what can be done then."""
    if count.result is not None:
        raise Refused("already-declared", f"{count.contest.name} is already declared. {AFTER_DECLARING}")


def must_be_closed(night: Night, now: datetime) -> None:
    """Raises Refused until the poll has closed: then figures that count may go out."""
    if why := still_open(night, now):
        raise Refused("poll-open", why)


def still_open(night: Night, now: datetime) -> str:
    """A sentence saying when the poll closes, before which no figures that count may go out; "" once it has closed.

    Those of a rehearsal and of a replay do not count, and may go out at any time.
    """
    definition = night.definition
    if now >= definition.polls_close or definition.rehearsal or definition.replay_of is not None:
        return ""
    close, today = definition.polls_close.astimezone(LONDON), now.astimezone(LONDON).date()
    year = "" if close.year == today.year else f" {close.year}"
    day = "" if close.date() == today else f" on {close.day} {close:%B}{year}"
    return f"The poll closes{day} at {close:%H:%M}: nothing is published before that."


def reason_in(text: str, who: str = "saw the figures") -> str:
    """The reason that somebody typed, as ``plain`` has it; Refused where it is empty or too long. ``who`` reads it."""
    reason = plain(text, "reason")
    if not reason:
        sentence = f"Give the reason: everyone who {who} will read it."
        refuse_if([Finding("reason-missing", "reason", sentence)])
    return reason


def plain(text: str, field: str = "text") -> str:
    """The text as one line: unprintable characters and runs of space become one space each.

    Refused with more than ``LONGEST_TEXT`` characters; ``field`` is the field of the form that it was typed in.
    """
    line = " ".join("".join(character if character.isprintable() else " " for character in text).split())
    if len(line) > LONGEST_TEXT:
        refuse_if([_too_long(line, field)])
    return line


def _too_long(text: str, field: str) -> Finding:
    sentence = f"{len(text):,} characters are too many: say it in {LONGEST_TEXT}."
    return Finding("text-too-long", field, sentence)
