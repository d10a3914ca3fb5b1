"""What the phone's forms show, in words and in order: the sheet and the verification. No HTML, no HTTP."""

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from server.count.phone.asked import AskedSheet
from server.count.phone.figures import REASON, SentForm, merged
from server.count.phone.labels import LABELS
from server.count.phone.read_back import head_name, party_name, spoken_name
from server.election.contests import Candidate
from server.election.counts import Count
from server.election.methods.figures import HEADS, NOTHING_MORE, Tie
from server.election.nights import Night
from server.election.parties import counted_as
from server.election.texts.check_codes import Finding
from server.election.texts.said import Named, say
from server.election.verdict import tie_in


class NumberRow(Struct, frozen=True):
    """A field for a number. ``party`` is an id, or ""; ``text`` is what was typed, ``sentences`` what is wrong.

    Where a candidate's votes are a sum, ``parts`` are the fields that it is made of, besides ``base``, and ``sum`` is
    it in words, "" while it is not known.
    """

    field: str
    label: str | Named
    note: str | Named
    party: str
    text: str
    sentences: tuple[str, ...]
    candidate: str = ""
    parts: tuple[str, ...] = ()
    base: int = 0
    sum: str = ""


class LotChoice(Struct, frozen=True):
    """A candidate of whom the form can say that their lot was drawn, under a ``name`` that no other has; ``tied`` if
    they share the place that it decides."""

    candidate: Candidate
    name: str
    tied: bool
    chosen: bool


class Mistake(Struct, frozen=True):
    """A line in the summary of what is wrong; ``field`` is the field that it links to."""

    field: str
    sentence: str


class Doubt(Struct, frozen=True):
    """Something unusual that needs a reason: ``sentences`` say what, and the ``reason`` is typed into ``field``."""

    field: str
    sentences: tuple[str, ...]
    reason: str


class RunningTotal(Struct, frozen=True):
    """The papers ``counted`` so far and, in words, what is ``left``; ``wrong`` if there are more than there can be.

    ``of`` are the beginnings of the fields that are papers, () for all of them; ``stays`` if what is left does not
    change with what is typed."""

    counted: int
    left: str
    wrong: bool
    of: tuple[str, ...] = ()
    stays: bool = False


class Form(Struct, frozen=True):
    """A form from top to bottom.

    ``places`` is how many a lot decides, 0 where there is no tie. ``kept``: field → a reason that was typed and that
    nothing asks for now. ``elsewhere``: field without a row of its own → what is wrong there.
    """

    asked: AskedSheet
    rows: dict[str, NumberRow]
    lots: tuple[LotChoice, ...]
    places: int
    sum: RunningTotal
    mistakes: tuple[Mistake, ...]
    doubts: tuple[Doubt, ...]
    kept: dict[str, str]
    elsewhere: dict[str, tuple[str, ...]]


_ELSEWHERE = ("votes", "rejected", "lot", "second")


def form_of(night: Night, count: Count, asked: AskedSheet, entry: SentForm, findings: Iterable[Finding] = ()) -> Form:
    """The sheet or the verification, with what was typed and what is wrong with it."""
    found = [replace(finding, field=_field(asked, finding.field)) for finding in findings if _is_told(asked, finding)]
    ordered = merged([*LABELS, *asked.fields, "lot"], entry, found)
    errors = [finding for finding in ordered if finding.blocks]
    doubts = [finding for finding in ordered if not finding.blocks]
    rows = {row.field: row for row in _rows(night, asked, entry)}
    tie = _tie(asked, entry)
    said = {
        doubt.code: (
            *(finding.sentence for finding in doubts if finding.code == doubt.code),
            *_at(errors, REASON + doubt.code),
        )
        for doubt in doubts
    }
    return Form(
        asked=asked,
        rows={
            field: replace(row, text=entry.texts.get(field, ""), sentences=_at(errors, field))
            for field, row in rows.items()
        },
        lots=tuple(
            LotChoice(
                candidate,
                spoken_name(night, count.contest, candidate),
                tie is not None and candidate.id in tie.tied,
                candidate.id in entry.drawn,
            )
            for candidate in count.contest.polled
        ),
        places=tie.places if tie else 0,
        sum=_sum(count, asked, entry),
        mistakes=tuple(Mistake(finding.field, _named(rows, finding)) for finding in errors),
        doubts=tuple(Doubt(REASON + code, words, entry.reasons.get(code, "")) for code, words in said.items()),
        kept={REASON + code: why for code, why in entry.reasons.items() if code not in said},
        elsewhere={place: _at(errors, place) for place in _ELSEWHERE},
    )


def _rows(night: Night, asked: AskedSheet, entry: SentForm) -> Iterable[NumberRow]:
    for field, label in LABELS.items():
        yield NumberRow(field, label, "", "", "", ())
    contest, first = asked.contest, asked.first
    for party, slate in asked.slates.items():
        names = ", ".join(map(contest.told, slate))
        note = say("one vote each for %(names)s", names=names)
        yield NumberRow(f"block.{party}", party_name(night, party), note, party, "", ())
    for candidate in contest.polled:
        party, one = candidate.party, candidate.id
        note, block = candidate.description or party_name(night, party), asked.block_of(one)
        total = say("%(votes)s votes", votes=entry.votes[one]) if asked.slates and one in entry.votes else ""
        parts = (asked.votes_at(one), *((block,) if block else ()))
        yield NumberRow(asked.votes_at(one), contest.told(one), note, counted_as(party), "", (), one, parts, 0, total)
        before, number = entry.votes.get(one, 0), entry.under("second").get(one)
        together = "" if number is None else say("%(votes)s together", votes=before + number)
        parts, base = (f"second.{one}", *(() if first else (asked.votes_at(one),))), before if first else 0
        note = say("%(votes)s first preferences", votes=before) if first else note
        yield NumberRow(f"second.{one}", contest.told(one), note, counted_as(party), "", (), one, parts, base, together)
    note = say("if their number is known")
    yield NumberRow("second_rejected", say("Second preferences rejected"), note, "", "", ())
    note = say("all papers with at least one vote that counts")
    yield NumberRow("valid_papers", say("Valid ballot papers"), note, "", "", ())
    for head in HEADS:
        yield NumberRow(f"rejected.{head}", head_name(contest, head), "", "", "", ())
    note = say("valid papers, on which not every vote counts")
    yield NumberRow("in_part", say("Rejected in part"), note, "", "", ())


def stays(asked: AskedSheet, entry: SentForm) -> tuple[str, ...]:
    """Who stays for the second round, by what is typed or, as long as that does not say it, by what is known."""
    whole = all(one.id in entry.votes for one in asked.contest.polled) and any(entry.votes.values())
    return asked.contest.rules.remaining(entry.votes) if whole else asked.stayed


def _field(asked: AskedSheet, field: str) -> str:
    return asked.votes_at(field[6:]) if field.startswith("votes.") else "lot" if field == "lots" else field


def _is_told(asked: AskedSheet, finding: Finding) -> bool:
    """Whether a finding is about a field of its own; a sum that is missing is told at the part that is."""
    return not (asked.slates and finding.code == "votes-missing")


def _tie(asked: AskedSheet, entry: SentForm) -> Tie | None:
    votes, contest = entry.votes, asked.contest
    if not any(votes.values()) or any(candidate.id not in votes for candidate in contest.polled):
        return None
    more = entry.more or NOTHING_MORE
    if more.second and more.second.votes.keys() != set(contest.rules.remaining(votes)):
        return None
    return tie_in(contest, votes, more)


def _at(findings: list[Finding], field: str) -> tuple[str, ...]:
    return tuple(finding.sentence for finding in findings if finding.field == field)


def _sum(count: Count, asked: AskedSheet, entry: SentForm) -> RunningTotal:
    if asked.first:
        out = sum(votes for one, votes in asked.first.votes.items() if one not in asked.stayed)
        counted = sum(entry.under("second").values()) + entry.numbers.get("second_rejected", 0)
        return RunningTotal(
            counted, say("of %(papers)s papers of those who are out", papers=out), counted > out, ("second",), True
        )
    of = ("valid_papers", "rejected.") if asked.valid else ("votes.", "rejected.") if asked.second else ()
    votes = entry.numbers.get("valid_papers", 0) if asked.valid else sum(entry.votes.values())
    counted, papers = votes + sum(entry.heads.values()), count.papers
    if papers is None:
        electorate = count.contest.electorate
        left = say("Electorate %(electorate)s", electorate=electorate) if electorate else ""
        wrong = 0 < electorate < counted
    elif counted < papers:
        left, wrong = say("%(papers)s papers to go", papers=papers - counted), False
    elif counted == papers:
        left, wrong = say("all papers accounted for"), False
    else:
        left, wrong = say("%(papers)s more than papers", papers=counted - papers), True
    return RunningTotal(counted, left, wrong, of)


def _named(rows: dict[str, NumberRow], finding: Finding) -> str:
    label = rows[finding.field].label if finding.field in rows else ""
    sentence = finding.sentence
    name = label if isinstance(label, str) else label.name
    if not name or name.lower() in sentence.lower():
        return sentence
    return say("%(label)s: %(sentence)s", label=label, sentence=sentence)
