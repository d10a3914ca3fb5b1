"""What must be true of a night whatever happened: told from its two streams alone, entry by entry.

Nothing here asks the rules how an entry stands; each entry is held against those before it.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import assert_never

from msgspec import UNSET, Struct

from server.election.commands import (
    Correct,
    Declare,
    ReachStage,
    RecordNoPoll,
    ReportPreferences,
    TakeBackStage,
    Withdraw,
)
from server.election.contests import Contest
from server.election.counting.acts import (
    AnyAct,
    Asked,
    ChangeConfirmed,
    CorrectionBegun,
    CorrectionDropped,
    Dropped,
    EntryChosen,
    KeyedAgain,
    PapersVerified,
    PublicCommand,
    Role,
    SheetKeyed,
)
from server.election.counting.acts.act import Act
from server.election.counting.acts.agent_acts import AgentsConsulted, RecountRequested, RejectedNoted
from server.election.counting.acts.box_acts import BoxChecked, BoxCounted, BoxesListed, BoxStruck
from server.election.counting.acts.table_acts import TableKeyed, TablesChosen
from server.election.counting.figures.doubts import doubts_about_figures, doubts_about_papers
from server.election.events import (
    AnyEvent,
    BallotPaperAmended,
    Corrected,
    CountEvent,
    DeclarationExpected,
    Declared,
    Event,
    NightAmended,
    NightHeld,
    NightOpened,
    NightReleased,
    NoPollTaken,
    NoteCorrected,
    NotePosted,
    NoteWithdrawn,
    PreferencesReported,
    SheetHidden,
    SheetPhotographed,
    Stage,
    StageReached,
    StageTakenBack,
    Withdrawn,
)
from server.election.methods.figures import HEADS, NOTHING_MORE
from server.election.texts.check_codes import Finding

Line = Sequence[AnyAct | AnyEvent]
_OF_A_COUNT = (StageReached, StageTakenBack, PreferencesReported, Declared, Corrected, Withdrawn, NoPollTaken)
_ENDS_A_ROUND = (Declared, Corrected, Withdrawn, NoPollTaken)
HALF_AN_HOUR = timedelta(minutes=30)


def must_be_told(line: Line, place: int) -> None:
    """Hold one entry of a night's line against those before it; AssertionError where it should not have been."""
    past, one = line[:place], line[place]
    assert all(one.command_id != two.command_id or isinstance(one, Event) != isinstance(two, Event) for two in past)
    match one:
        case NightOpened():
            assert not past
        case SheetKeyed():
            _sheet(past, one)
        case KeyedAgain():
            _again(past, one)
        case TableKeyed():
            _table(past, one)
        case PapersVerified():
            _boxes(past, one.ballot, one.papers)
            _reasoned(doubts_about_papers(_contest(past, one.ballot), one.papers, one.issued), one.reasons)
        case AgentsConsulted() | RecountRequested() | RejectedNoted():
            _heard(past, one)
        case CorrectionBegun():
            _begun(past, one)
        case CorrectionDropped():
            assert correction(past, one.ballot) is not None
            assert waiting(past, one.ballot) is None, "a correction that is going on air was dropped"
        case Event():
            _event(past, one)
        case _:
            pass


def _event(past: Line, event: AnyEvent) -> None:
    asked = _asked(past, event.command_id)
    assert asked is not None, "an event that nobody asked for"
    assert not held(past) or isinstance(event, NightReleased), "something went out while the night was held"
    match event:
        case NightHeld():
            pass
        case NightReleased():
            assert held(past)
        case Declared() | Corrected():
            _figures(past, event, asked)
        case Withdrawn():
            assert figures(past, event.ballot) or no_poll(past, event.ballot)
            assert event.reason.strip()
        case NoPollTaken():
            assert not figures(past, event.ballot)
            assert not no_poll(past, event.ballot)
            assert event.state != "uncontested" or len(_contest(past, event.ballot).candidates) == 1
        case StageReached():
            assert not no_poll(past, event.ballot)
            assert not figures(past, event.ballot) or event.stage == "verified"
            assert event.stage != "verified" or event.papers is not None
        case StageTakenBack():
            assert event.reason.strip()
            assert not figures(past, event.ballot)
            steps = stands(_of(past, event.ballot)).steps
            assert steps, "nothing was reported that could be taken back"
            assert steps[-1][:2] == (event.stage, event.papers), "another stage"
        case PreferencesReported():
            _preferences(past, event, asked)
        case SheetPhotographed():
            assert figures(past, event.ballot) or no_poll(past, event.ballot)
            assert event.sha256 not in photographs(past, event.ballot), "the same photograph twice"
        case SheetHidden():
            assert event.sha256 in photographs(past, event.ballot)
            hidden = {(one.ballot, one.sha256) for one in past if isinstance(one, SheetHidden)}
            assert (event.ballot, event.sha256) not in hidden, "hidden twice"
            assert event.reason.strip()
        case (
            NotePosted()
            | NoteCorrected()
            | NoteWithdrawn()
            | DeclarationExpected()
            | BallotPaperAmended()
            | NightAmended()
        ):
            pass
        case NightOpened():
            raise AssertionError("a night is opened once")
        case _:
            assert_never(event)


def _figures(past: Line, event: Declared | Corrected, asked: Asked) -> None:
    """Confirmed when they were asked for, still so when they go out, and all papers are in them."""
    command, ballot = asked.command, event.ballot
    assert isinstance(command, Declare | Correct)
    assert isinstance(command, Correct) == isinstance(event, Corrected) == bool(figures(past, ballot))
    assert not no_poll(past, ballot)
    assert (command.ballot, command.votes, command.rejected, command.lot, command.more) == _said(event)
    assert event.rejected is not None
    place = next(place for place, one in enumerate(past) if one is asked)
    before, since = past[:place], past[place:]
    moved = [one for one in since if isinstance(one, Event) and _ends_a_round(one, ballot)]
    assert all(_asked(before, one.command_id) for one in moved), "the count moved on before the figures went out"
    papers = verified(past, ballot)
    if papers is None and isinstance(command, Declare):
        papers = command.papers
    _boxes(past, ballot, papers)
    assert papers is not None
    assert papers_in(event) == papers, "papers are missing, or too many"
    _possible(past, event)

    keyed = sheets(before, ballot)
    two = mode(before) == "double" or "second officer" in keyed
    roles: tuple[Role, ...] = ("officer", "second officer") if two else ("officer",)
    agree = all(role in keyed and _said(keyed[role]) == _said(event) for role in roles)
    if isinstance(event, Corrected):
        begun = correction(past, ballot)
        assert begun is not None, "nobody began this correction, or it was dropped"
        assert (event.reason, event.slip) == (begun.reason, begun.slip)
        stood = figures(past, ballot)
        assert stood is not None
        if _elected(past, stood) != _elected(past, event):
            _must_be_confirmed(before, command.id, keyed.values())
    elif withdrawn := _withdrawn(past, ballot):
        stood, withdrew = withdrawn
        alone = any(_same_person(withdrew, one) for one in (asked, *keyed.values()))
        if alone and _elected(past, stood) != _elected(past, event):
            _must_be_confirmed(before, command.id, keyed.values())
    if agree and not two:
        turns = [one for one in before if isinstance(one, EntryChosen)]
        fewer = [one.seq for one, two_before in zip(turns[1:], turns, strict=False) if _fewer(two_before, one)]
        assert keyed["officer"].seq > max(fewer, default=0), "what two were to key went out as one person left it"
        _must_be_seen_again(before, keyed["officer"])
    if two:
        assert agree, "figures went out that two people had not keyed"
        first, second = keyed["officer"], keyed["second officer"]
        assert not _same_person(first, second), "one person keyed both sheets"
    elif isinstance(event, Corrected):
        assert agree, "a correction went out that was not keyed"
    elif not agree:  # a program's own
        doubts = doubts_about_figures(_contest(past, ballot), event.votes, event.rejected, papers)
        if verified(before, ballot) is None:
            doubts += doubts_about_papers(_contest(past, ballot), papers, None)
        _reasoned(doubts, asked.reasons)


def _must_be_confirmed(past: Line, command: str, keyed: Iterable[SheetKeyed]) -> None:
    said = [one for one in past if isinstance(one, ChangeConfirmed) and one.command == command]
    assert said, "another person was elected by one person alone"
    assert said[-1].role in ("returning officer", "desk")
    assert not any(_same_person(said[-1], one) for one in keyed), "confirmed by who keyed it"


def _withdrawn(past: Line, ballot: str) -> tuple[Declared | Corrected, Asked] | None:
    """The report that was withdrawn and not made anew, and who withdrew it."""
    stood: Declared | Corrected | None = None
    withdrew: Asked | None = None
    for one in past:
        if isinstance(one, Declared | Corrected) and one.ballot == ballot:
            stood, withdrew = one, None
        elif isinstance(one, Withdrawn) and one.ballot == ballot and stood and not withdrew:
            withdrew = _asked(past, one.command_id)
    return (stood, withdrew) if stood and withdrew else None


def _boxes(past: Line, ballot: str, papers: int | None) -> None:
    """Each box that was listed and not struck off is counted, and checked where two key; all together they hold the
    papers."""
    acts = [one for one in past if isinstance(one, BoxesListed | BoxStruck | BoxCounted | BoxChecked)]
    mine = [one for one in acts if one.ballot == ballot]
    number = sum(len(one.boxes) for one in mine if isinstance(one, BoxesListed))
    struck = {one.box for one in mine if isinstance(one, BoxStruck)}
    held = {one.box: one for one in mine if isinstance(one, BoxCounted)}
    looked_at = {one.counted for one in mine if isinstance(one, BoxChecked)}
    left = {f"b{place}" for place in range(1, number + 1)} - struck
    assert left <= held.keys(), "a box is not accounted for"
    assert mode(past) == "single" or all(held[box].seq in looked_at for box in left), "a box that nobody checked"
    assert not left or sum(held[box].papers for box in left) == papers, "other papers than those of the boxes"


def _fewer(before: EntryChosen, one: EntryChosen) -> bool:
    return (before.entry, one.entry) == ("double", "single")


class Stands(Struct):
    """How far a count is: its ``stage``, its verified ``papers``, how often it began anew (``rounds``), and the stages
    that can be taken back, each with the stage and the papers before it."""

    stage: Stage | None = None
    papers: int | None = None
    rounds: int = 0
    steps: list[tuple[Stage, int | None, Stage | None, int | None]] = []


def stands(steps: Sequence[CountEvent | PublicCommand]) -> Stands:
    """How far a count is after its events, and after what is still to be said of it and will not be refused."""
    now, declared = Stands(steps=[]), False
    for one in steps:
        match one:
            case StageReached() | ReachStage():
                is_begun = now.stage not in (None, "boxes in")
                refused = one.stage != "verified" if declared else one.stage == "recount" and not is_begun
                if isinstance(one, ReachStage) and refused:
                    continue
                now.steps.append((one.stage, one.papers, now.stage, now.papers))
                again = one.stage == "verified" and one.papers is not None and (declared or now.papers is not None)
                now.stage = now.stage if again else one.stage
                now.papers = now.papers if one.papers is None else one.papers
                now.rounds += one.stage == "recount"
            case StageTakenBack() | TakeBackStage():
                if isinstance(one, TakeBackStage) and (one.stage, one.papers) not in [
                    step[:2] for step in now.steps[-1:]
                ]:
                    continue
                stage, _, now.stage, now.papers = now.steps.pop()
                now.rounds += stage == "recount"
            case Declared() | Corrected() | Withdrawn() | NoPollTaken() | Withdraw() | RecordNoPoll():
                now.steps, declared = [], isinstance(one, Declared | Corrected)
                now.rounds += 1
            case PreferencesReported() | ReportPreferences():
                now.steps = []
            case _:
                pass
    return now


def papers_in(one: SheetKeyed | Declared | Corrected | PreferencesReported) -> int:
    """The papers that figures account for: the valid ones, which in a ward are counted apart, and the rejected ones."""
    assert one.rejected is not None
    more = None if isinstance(one, PreferencesReported) else one.more
    valid = more.valid_papers if more and more.valid_papers is not None else sum(one.votes.values())
    return valid + one.rejected.total


def _possible(past: Line, event: Declared | Corrected) -> None:
    """Whether ballot papers can come to such figures, and say who is elected."""
    contest, votes, more = _contest(past, event.ballot), list(event.votes.values()), event.more
    assert min(votes) >= 0
    drawn = (more and more.lots) or ((event.lot,) if event.lot else ())
    if contest.seats > 1:
        valid = more.valid_papers if more else None
        assert valid is not None, "several seats without valid papers"
        assert max(votes) <= valid <= sum(votes) <= contest.seats * valid, "votes that no papers have"
    second = more.second if more else None
    if second:
        first = [one for one in _of(past, event.ballot) if isinstance(one, PreferencesReported)]
        assert first, "a second round without a first"
        if isinstance(event, Declared):
            assert (first[-1].votes, first[-1].rejected) == (event.votes, event.rejected), "another first round"
        votes = [event.votes[one] + number for one, number in second.votes.items()]
    elif contest.method:
        assert max(votes) * 2 > sum(votes), "declared without its second round"
    ranked = sorted(votes, reverse=True)
    tied = len(ranked) > contest.seats and ranked[contest.seats - 1] == ranked[contest.seats]
    level = contest.seats - sum(number > ranked[contest.seats - 1] for number in votes)
    assert len(drawn) == (level if tied else 0), "lots that decide too much, or too little"


def _elected(past: Line, event: Declared | Corrected) -> set[str]:
    """Who is elected by figures that are possible: those with the most votes, those drawn first among equals."""
    contest, more = _contest(past, event.ballot), event.more
    drawn = (more and more.lots) or ((event.lot,) if event.lot else ())
    totals = event.votes
    if more and more.second:
        totals = {one: event.votes[one] + number for one, number in more.second.votes.items()}
    ranked = sorted(totals, key=lambda one: (-totals[one], one not in drawn))
    return set(ranked[: contest.seats])


def _preferences(past: Line, event: PreferencesReported, asked: Asked) -> None:
    """Confirmed, of a contest of two rounds, and of all papers."""
    ballot = event.ballot
    assert not figures(past, ballot)
    assert not no_poll(past, ballot)
    assert _contest(past, ballot).method == "supplementary vote"
    assert max(event.votes.values()) * 2 <= sum(event.votes.values()), "a first round that decides"
    papers = verified(past, ballot)
    assert papers in (None, papers_in(event)), "papers are missing, or too many"
    before = past[: next(place for place, one in enumerate(past) if one is asked)]
    keyed = sheets(before, ballot)
    if mode(before) == "double" or "second officer" in keyed:
        agree = [(one.votes, one.rejected) == (event.votes, event.rejected) for one in keyed.values()]
        assert agree == [True, True], "a first round went out that two people had not keyed"
    elif "officer" in keyed and keyed["officer"].votes == event.votes:
        _must_be_seen_again(before, keyed["officer"])


def _sheet(past: Line, sheet: SheetKeyed) -> None:
    ballot = sheet.ballot
    assert sheet.role in ("officer", "second officer")
    assert sheet.round == rounds(past, ballot), "a sheet of a count that is over"
    taken_back = any(isinstance(one.command, Withdraw) for one in unsaid(past, ballot))
    assert not no_poll(past, ballot) or taken_back
    assert not figures(past, ballot) or correction(past, ballot) or taken_back, "a sheet for what is declared"
    assert waiting(past, ballot) is None, "a sheet while figures are going on air"
    keyed = sheets(past, ballot)
    mine = keyed.get(sheet.role)
    assert sheet.replaces == (mine.seq if mine else 0), "a sheet replaced one that its writer had not seen"
    assert not any(_same_person(sheet, other) for role, other in keyed.items() if role != sheet.role)
    assert papers_in(sheet) == expected(past, ballot), "a sheet that does not add up"
    assert bool(sheet.again) == (mode(past) == "single"), "one person is to look again, and only one"
    _sum_of_tables(past, sheet)
    papers, contest = expected(past, ballot), _contest(past, ballot)
    if sheet.apart:
        blocks = {one.id: sheet.apart.blocks.get(one.party, 0) for one in contest.candidates}
        assert sheet.votes == {one: split + blocks[one] for one, split in sheet.apart.split.items()}
    _reasoned(doubts_about_figures(contest, sheet.votes, sheet.rejected, papers), sheet.reasons)


def _heard(past: Line, act: AgentsConsulted | RecountRequested | RejectedNoted) -> None:
    """Of figures that are confirmed: keyed by two, or seen again by one; or of those that stand or are going on air."""
    stood, asked = figures(past, act.ballot), waiting(past, act.ballot)
    said = asked.command.id if asked else stood.command_id if stood and not correction(past, act.ballot) else ""
    if said.endswith(f"/sheet-{act.sheet}"):
        return
    keyed = sheets(past, act.ballot)
    assert act.sheet in {one.seq for one in keyed.values()}, "of a sheet that is none, or not any more"
    assert waiting(past, act.ballot) is None, "a provisional result that was about to be declared"
    if mode(past) == "double" or "second officer" in keyed:
        assert len({repr(_said(one)) for one in keyed.values()}) == 1 and len(keyed) == 2, "two sheets that differ"
    else:
        _must_be_seen_again(past, keyed["officer"])
    if not isinstance(act, RejectedNoted):
        assert (act.who if isinstance(act, AgentsConsulted) else act.why).strip()


def _again(past: Line, again: KeyedAgain) -> None:
    """Of the sheet that one person alone keyed last, with the fields that it asks for, seen by its writer."""
    sheet = sheets(past, again.ballot).get("officer")
    assert mode(past) == "single"
    assert waiting(past, again.ballot) is None, "looked at again while figures are going on air"
    assert sheet is not None, "looked at again without a sheet"
    assert (again.sheet, again.round) == (sheet.seq, sheet.round), "looked at again, and it was another sheet"
    assert again.figures.keys() == {*(sheet.again or ())}
    before = seen_again(past, again.ballot)
    assert again.replaces in (0, before.seq if before else 0)


def seen_again(past: Line, ballot: str) -> KeyedAgain | None:
    """What was keyed again last since something made all earlier figures void."""
    seen = None
    for place, one in enumerate(past):
        if isinstance(one, KeyedAgain) and one.ballot == ballot:
            seen = one
        elif _voids(past, place, ballot):
            seen = None
    return seen if seen and seen.round == rounds(past, ballot) else None


def _must_be_seen_again(past: Line, sheet: SheetKeyed) -> None:
    """One person's figures go out only as they were keyed twice: those who lead at least, and whatever no sum finds."""
    seen, wanted = seen_again(past, sheet.ballot), sheet.again or ()
    assert seen is not None, "nobody looked at the paper again"
    assert wanted
    more, rows = sheet.more or NOTHING_MORE, {f"votes.{one}": votes for one, votes in sheet.votes.items()}
    first = max(rows, key=rows.__getitem__)
    if sheet.apart:
        rows |= {f"block.{one}": votes for one, votes in sheet.apart.blocks.items()}
        rows |= {f"split.{one}": votes for one, votes in sheet.apart.split.items()}
    rows |= {f"second.{one}": votes for one, votes in more.second.votes.items()} if more.second else {}
    rows |= {"second_rejected": (more.second and more.second.rejected) or 0, "in_part": more.in_part or 0}
    rows |= {"valid_papers": more.valid_papers or 0}
    rows |= {f"rejected.{head}": getattr(sheet.rejected, head) or 0 for head in HEADS}
    assert all(seen.figures[field] == rows[field] for field in wanted), "what was keyed again is not what went out"
    assert sheet.apart or more.second or first in wanted, "who leads was not keyed again"


def _table(past: Line, sheet: TableKeyed) -> None:
    """Of this count, of a table that there is, seen by its writer, by nobody who keyed it before, and adding up."""
    ballot, role = sheet.ballot, sheet.role
    assert role in ("officer", "second officer")
    assert sheet.table in chosen_tables(past, ballot)
    assert sheet.round == rounds(past, ballot), "a table of a count that is over"
    assert waiting(past, ballot) is None, "a table while figures are going on air"
    more, seats = sheet.more or NOTHING_MORE, _contest(past, ballot).seats
    valid = sum(sheet.votes.values()) if more.valid_papers is None else more.valid_papers
    assert valid + sheet.rejected.total == sheet.given, "a table that does not add up"
    assert (more.valid_papers is None) == (seats == 1)
    assert all(number <= valid for number in sheet.votes.values()), "more votes than papers"
    assert valid <= sum(sheet.votes.values()) <= seats * valid, "votes that no paper has"
    before = {one.table: one.seq for one in tables(past, ballot, role)}
    assert sheet.replaces == before.get(sheet.table, 0), "a table replaced a sheet that its writer had not seen"
    other: Role = "second officer" if role == "officer" else "officer"
    same = [one for one in tables(past, ballot, other) if one.table == sheet.table]
    assert not any(sheet.invitation == one.invitation or sheet.by.lower() == one.by.lower() for one in same)


def _sum_of_tables(past: Line, sheet: SheetKeyed) -> None:
    """Where there are tables: of all of them, equal where two people key, all papers, and nothing but their sum."""
    ballot, mine = sheet.ballot, tables(past, sheet.ballot, sheet.role)
    names = chosen_tables(past, ballot)
    assert bool(names) == bool(sheet.tables)
    if not names:
        return
    assert tuple(one.table for one in mine) == names, "a table is missing"
    assert sheet.tables == {one.table: one.seq for one in mine}
    assert sum(one.given for one in mine) == expected(past, ballot), "papers that no table was given"
    assert sheet.votes == {key: sum(one.votes[key] for one in mine) for key in sheet.votes}
    assert sheet.rejected.total == sum(one.rejected.total for one in mine)
    for name in ("valid_papers", "in_part"):
        together = [getattr(one.more or NOTHING_MORE, name) for one in mine]
        assert getattr(sheet.more or NOTHING_MORE, name) == (sum(together) if together[0] is not None else None)
    if mode(past) == "double":
        other: Role = "second officer" if sheet.role == "officer" else "officer"
        theirs = [(one.table, one.given, one.votes, one.rejected, one.more) for one in tables(past, ballot, other)]
        said = [(one.table, one.given, one.votes, one.rejected, one.more) for one in mine]
        assert theirs == said, "tables that differ"


def _begun(past: Line, begun: CorrectionBegun) -> None:
    assert begun.reason.strip()
    assert figures(past, begun.ballot), "a correction of nothing"
    assert begun.round == rounds(past, begun.ballot), "a correction of older figures"
    assert correction(past, begun.ballot) is None
    declared = [one for one in past if isinstance(one, Declared) and one.ballot == begun.ballot][-1]
    assert not begun.slip or begun.at - declared.at <= HALF_AN_HOUR


# What a line says, up to a place.


def held(past: Line) -> bool:
    """Whether the night is held."""
    said = [one for one in past if isinstance(one, NightHeld | NightReleased)]
    return bool(said) and isinstance(said[-1], NightHeld)


def mode(past: Line) -> str:
    """Single or double entry."""
    chosen = [one.entry for one in past if isinstance(one, EntryChosen)]
    return chosen[-1] if chosen else "single"


def apart(past: Line, ballot: str) -> bool:
    """Whether block votes are keyed apart in a contest: the night wants it, a party has several for its seats, and no
    tables are added up."""
    chosen = [one.apart for one in past if isinstance(one, EntryChosen) and one.apart is not UNSET]
    contest = _contest(past, ballot)
    standing = Counter(one.party for one in contest.candidates)
    wanted = bool(chosen) and bool(chosen[-1]) and not chosen_tables(past, ballot)
    return wanted and any(2 <= number <= contest.seats for number in standing.values())


def figures(past: Line, ballot: str) -> Declared | Corrected | None:
    """What is declared and stands."""
    last = None
    for one in _of(past, ballot):
        if isinstance(one, Declared | Corrected):
            last = one
        elif isinstance(one, Withdrawn):
            last = None
    return last


def photographs(past: Line, ballot: str) -> set[str]:
    """The hashes of the photographs of a result sheet, with those that are hidden."""
    return {one.sha256 for one in past if isinstance(one, SheetPhotographed) and one.ballot == ballot}


def no_poll(past: Line, ballot: str) -> bool:
    """Whether there is nothing to count."""
    said = [one for one in _of(past, ballot) if isinstance(one, NoPollTaken | Withdrawn)]
    return bool(said) and isinstance(said[-1], NoPollTaken)


def verified(past: Line, ballot: str) -> int | None:
    """The ballot papers announced last; if none were, those that are in the figures on air."""
    papers, on_air = stands(_of(past, ballot)).papers, figures(past, ballot)
    if papers is not None or on_air is None or on_air.rejected is None:
        return papers
    return papers_in(on_air)


def expected(past: Line, ballot: str) -> int | None:
    """The ballot papers announced last, be it that their announcement still waits."""
    papers = _to_be(past, ballot).papers
    return verified(past, ballot) if papers is None else papers


def rounds(past: Line, ballot: str) -> int:
    """How often the count begins anew, be it that it is still to be said. A recount of what nobody has begun to count
    will be refused."""
    return _to_be(past, ballot).rounds


def _to_be(past: Line, ballot: str) -> Stands:
    return stands([*_of(past, ballot), *(one.command for one in unsaid(past, ballot))])


def unsaid(past: Line, ballot: str) -> list[Asked]:
    """What was asked for of a contest, figures apart, and is neither out nor set aside."""
    done = {one.command_id for one in past if isinstance(one, Event)}
    done |= {one.asked for one in past if isinstance(one, Dropped)}
    asked = [one for one in past if isinstance(one, Asked) and not isinstance(one.command, Declare | Correct)]
    return [one for one in asked if one.command.id not in done and getattr(one.command, "ballot", None) == ballot]


def sheets(past: Line, ballot: str) -> dict[Role, SheetKeyed]:
    """The newest sheet of each role since something made all earlier ones void, if it accounts for all papers."""
    papers, round = expected(past, ballot), rounds(past, ballot)
    return {
        role: sheet
        for role, sheet in _keyed(past, ballot).items()
        if sheet.round == round
        and papers in (None, papers_in(sheet))
        and (sheet.apart or not apart(past, ballot))
        and (sheet.tables or {}) == {one.table: one.seq for one in tables(past, ballot, role)}
    }


def chosen_tables(past: Line, ballot: str) -> tuple[str, ...]:
    """The tables by which a contest is counted."""
    chosen = [one.tables for one in past if isinstance(one, TablesChosen) and one.ballot == ballot]
    return chosen[-1] if chosen else ()


def tables(past: Line, ballot: str, role: Role) -> list[TableKeyed]:
    """The newest sheet of each table in a role, if it is of this count; or if what is declared is the sum of it."""
    taken_back = any(isinstance(one.command, Withdraw | RecordNoPoll) for one in unsaid(past, ballot))
    whole = [one for one in past if isinstance(one, SheetKeyed) and (one.ballot, one.role) == (ballot, role)]
    stand = set[int]()
    if whole and whole[-1].tables and figures(past, ballot) and not taken_back:
        stand = set(whole[-1].tables.values())
    mine = [one for one in past if isinstance(one, TableKeyed) and (one.ballot, one.role) == (ballot, role)]
    newest = {one.table: one for one in mine}
    names = [name for name in chosen_tables(past, ballot) if name in newest]
    good = [newest[name] for name in names]
    return [one for one in good if one.round == rounds(past, ballot) or one.seq in stand]


def _keyed(past: Line, ballot: str) -> dict[Role, SheetKeyed]:
    keyed: dict[Role, SheetKeyed] = {}
    for place, one in enumerate(past):
        if isinstance(one, SheetKeyed) and one.ballot == ballot:
            keyed[one.role] = one
        elif _voids(past, place, ballot) or (isinstance(one, Asked) and _is_first(one, ballot)):
            keyed = {}
    return keyed


def _voids(past: Line, place: int, ballot: str) -> bool:
    """Whether this makes earlier figures void: a correction that is begun or given up, or figures set aside."""
    one = past[place]
    begun = isinstance(one, CorrectionBegun | CorrectionDropped) and one.ballot == ballot
    return begun or (isinstance(one, Dropped) and _asked_figures(past[:place], one, ballot))


def correction(past: Line, ballot: str) -> CorrectionBegun | None:
    """The correction that goes on."""
    begun = None
    for one in past:
        if isinstance(one, CorrectionBegun) and one.ballot == ballot:
            begun = one
        elif (isinstance(one, CorrectionDropped) and one.ballot == ballot) or _ends_a_round(one, ballot):
            begun = None
    return begun


def waiting(past: Line, ballot: str) -> Asked | None:
    """Figures of a contest that were asked for, and are neither on air nor set aside."""
    done = {one.command_id for one in past if isinstance(one, Event)}
    done |= {one.asked for one in past if isinstance(one, Dropped)}
    for one in past:
        if isinstance(one, Asked) and _is_of(one, ballot) and one.command.id not in done:
            return one
    return None


def _asked(past: Line, command_id: str) -> Asked | None:
    """Who asked for it, unless it was set aside."""
    if any(isinstance(one, Dropped) and one.asked == command_id for one in past):
        return None
    return next((one for one in past if isinstance(one, Asked) and one.command.id == command_id), None)


def _asked_figures(past: Line, dropped: Dropped, ballot: str) -> bool:
    asked = (one for one in past if isinstance(one, Asked) and one.command.id == dropped.asked)
    return any(_is_of(one, ballot) or _is_first(one, ballot) for one in asked)


def _is_first(asked: Asked, ballot: str) -> bool:
    return isinstance(asked.command, ReportPreferences) and asked.command.ballot == ballot


def _is_of(asked: Asked, ballot: str) -> bool:
    return isinstance(asked.command, Declare | Correct) and asked.command.ballot == ballot


def _ends_a_round(one: AnyAct | AnyEvent, ballot: str) -> bool:
    """Whether figures must be counted, keyed and confirmed anew after it."""
    if isinstance(one, StageReached | StageTakenBack):
        return one.ballot == ballot and one.stage == "recount"
    return isinstance(one, _ENDS_A_ROUND) and one.ballot == ballot


def _of(past: Line, ballot: str) -> list[CountEvent]:
    return [one for one in past if isinstance(one, _OF_A_COUNT) and one.ballot == ballot]


def _contest(past: Line, ballot: str) -> Contest:
    opened = past[0]
    assert isinstance(opened, NightOpened)
    return next(one for one in opened.night.contests if one.ballot == ballot)


def _said(one: SheetKeyed | Declared | Corrected) -> tuple[object, ...]:
    return one.ballot, one.votes, one.rejected, one.lot, one.more


def _same_person(one: Act, other: Act) -> bool:
    return one.invitation == other.invitation or one.by.lower() == other.by.lower()


def _reasoned(doubts: list[Finding], reasons: dict[str, str]) -> None:
    assert all(reasons.get(one.code, "").strip() for one in doubts), "a doubt was passed over without a reason"
