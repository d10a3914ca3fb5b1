"""A refusal in words, and the conditions that several commands and acts share: each is asked here, in one sentence."""

from server.election.check_codes import CHECKS
from server.election.checks import Finding
from server.election.limits import LONGEST_NAME, LONGEST_TEXT
from server.election.nights import Count, Night


class Refused(Exception):
    """A command or an act that cannot happen, for people: ``code`` for programs, ``sentence`` to read, ``findings`` by
    field."""

    def __init__(self, code: str, sentence: str, findings: tuple[Finding, ...] = ()) -> None:
        super().__init__(sentence)
        self.code, self.sentence, self.findings = code, sentence, findings


def refuse_if(findings: list[Finding]) -> None:
    """Refused with all the findings, if there are any; the first gives the code and the sentence."""
    if findings:
        raise Refused(findings[0].code, findings[0].sentence, tuple(findings))


def want_reasons(doubts: list[Finding], reasons: dict[str, str]) -> None:
    """Refused with all the doubts unless each has its reason, and none is too long; ``reasons`` check code → why."""
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
    """Refused where no poll is taken."""
    if count.no_poll is not None:
        raise Refused("no-poll", f"{count.contest.name} is {count.no_poll.state}: there is nothing to count.")


def must_be_declared(count: Count) -> None:
    """Refused while nothing is declared that could be corrected or withdrawn."""
    if count.result is None:
        raise Refused("not-declared", f"{count.contest.name} is not declared.")


def must_be_undeclared(count: Count, advice: str = "") -> None:
    """Refused once the contest is declared; ``advice`` is a sentence about what can be done instead."""
    if count.result is not None:
        raise Refused("already-declared", f"{count.contest.name} is already declared.{advice}")


def reason_in(text: str) -> str:
    """The reason in what somebody typed; Refused where there is none, or too much."""
    reason = plain(text, "reason")
    if not reason:
        sentence = "Give the reason: everyone who saw the figures will read it."
        refuse_if([Finding("reason-missing", "reason", sentence)])
    return reason


def plain(text: str, field: str = "text") -> str:
    """A line of text without characters that print nothing; Refused where it is too long to be read on a screen.

    ``field`` is where it was typed.
    """
    line = " ".join("".join(character if character.isprintable() else " " for character in text).split())
    if len(line) > LONGEST_TEXT:
        refuse_if([_too_long(line, field)])
    return line


def _too_long(text: str, field: str) -> Finding:
    sentence = f"{len(text):,} characters are too many: say it in {LONGEST_TEXT}."
    return Finding("text-too-long", field, sentence)
