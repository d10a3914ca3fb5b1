"""Refusals in words, and the conditions that several commands and acts share, each with its one sentence."""

from datetime import datetime

from server.election.clock import LONDON
from server.election.counts import Count
from server.election.limits import LONGEST_NAME, LONGEST_TEXT
from server.election.nights import Night
from server.election.texts.check_codes import CHECKS, Finding
from server.election.texts.said import Said, say, say_all
from server.election.texts.words import NO_POLL


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
        too_long.append(Finding("text-too-long", "reasons", say("There are more reasons than there are checks.")))
    if too_long:
        refuse_if([*too_long, *doubts])
    if any(not plain(reasons.get(doubt.code, "")) for doubt in doubts):
        raise Refused("reasons-missing", say("Say why it is so, where something looks unusual."), tuple(doubts))


def count_of(night: Night, ballot: str) -> Count:
    """The contest with this ballot id; Refused if the night has none."""
    count = night.counts.get(ballot)
    if count is None:
        raise Refused("ballot-unknown", say("%(ballot)s is not a contest of this night.", ballot=ballot))
    return count


def must_be_polled(count: Count) -> None:
    """Raises Refused where no poll is taken."""
    if count.no_poll is not None:
        state = NO_POLL[count.no_poll.state]
        sentence = say("%(contest)s is %(state)s: there is nothing to count.", contest=count.contest, state=state)
        raise Refused("no-poll", sentence)


def must_be_declared(count: Count) -> None:
    """Raises Refused while the contest has no result that could be corrected or withdrawn."""
    if count.result is None:
        raise Refused("not-declared", say("%(contest)s is not declared.", contest=count.contest))


AFTER_DECLARING = say(
    "After a declaration nothing is counted again: what can be done is to correct our report at once, if it has a "
    "slip, or to withdraw our report."
)
"""Only a court changes a declared result; what we correct or withdraw is our report of it."""


def must_be_undeclared(count: Count) -> None:
    """Raises Refused once the contest has a result, with what can be done then."""
    if count.result is not None:
        sentence = say("%(contest)s is already declared.", contest=count.contest)
        raise Refused("already-declared", say_all(sentence, AFTER_DECLARING))


def going_on_air(count: Count) -> Refused:
    """The refusal of what comes too late, since figures have been declared and go on air."""
    return Refused("already-asked", say("%(contest)s has been declared, and is going on air.", contest=count.contest))


NO_SUCH_NIGHT = say("No such night is on air.")
OTHER_THING = say("Something else was sent with this key before. This was not done.")
SET_ASIDE = say("That was set aside in the meantime: look at the page as it is now.")
"""What is said of what was sent while the stream has something else."""


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
    time = f"{close:%H:%M}"
    if close.date() == today:
        return say("The poll closes at %(time)s: nothing is published before that.", time=time)
    if close.year == today.year:
        return say("The poll closes on %(day)s at %(time)s: nothing is published before that.", day=close, time=time)
    year = str(close.year)
    return say(
        "The poll closes on %(day)s %(year)s at %(time)s: nothing is published before that.",
        day=close,
        year=year,
        time=time,
    )


SAW_THE_FIGURES = say("Give the reason: everyone who saw the figures will read it.")
SAW_IT = say("Give the reason: everyone who saw it will read it.")
READ_THE_NOTE = say("Give the reason: everyone who read the note will read it.")
"""What is said where a reason is missing, by who reads it."""


def reason_in(text: str, missing: Said = SAW_THE_FIGURES) -> str:
    """The reason that somebody typed, as ``plain`` has it; Refused where it is empty or too long."""
    reason = plain(text, "reason")
    if not reason:
        refuse_if([Finding("reason-missing", "reason", missing)])
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
    sentence = say("%(length)s characters are too many: say it in %(most)s.", length=len(text), most=LONGEST_TEXT)
    return Finding("text-too-long", field, sentence)
