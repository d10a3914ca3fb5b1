"""A ward of two seats and an election of a mayor, walked at random: whatever is keyed, sent or lost, nothing goes out
that papers cannot come to, that is not confirmed, or whose first round is another."""

from collections import Counter
from typing import Any, get_args

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from msgspec import UNSET
from msgspec.structs import replace

from server.election.commands import (
    Declare,
    HidePhoto,
    HoldNight,
    PostNote,
    ReachStage,
    ReleaseNight,
    ReportPreferences,
    ShowPhoto,
    Withdraw,
)
from server.election.counting.acts import (
    AnyAct,
    Asked,
    ChangeConfirmed,
    CorrectionBegun,
    Dropped,
    EntryChosen,
    EntryMode,
    PapersVerified,
    PublicCommand,
)
from server.election.counting.acts.table_acts import TableKeyed, TablesChosen
from server.election.counting.changes import change_of
from server.election.counting.desk import fold_acts
from server.election.counting.entry import State, pending, spoken
from server.election.counting.figures.apart import Apart
from server.election.counting.keying import is_second_round
from server.election.counting.tables import sum_of, tables_of
from server.election.events import Event
from server.election.methods.figures import NOTHING_MORE, MoreFigures, Rejected, SecondPreferences
from server.election.nights import fold
from server.election.refusals import Refused
from server.replay.borne_out import bear_out
from server.replay.lawful import follow_the_rules
from tests.election import wards
from tests.election.at_the_count import DORA, JANE, OMAR, REASONS, RITA, AtTheCount, Figures, Heard, Who
from tests.election.told import must_be_told
from tests.election.wards import CON, GREEN, LAB

SEEN: Counter[str] = Counter()
"""How often each state, refusal and kind of entry came up in a run."""
ABBEY = wards.ward(CON, LAB, LAB, GREEN, seats=2, electorate=1000)
MAYOR = wards.mayor(CON, LAB, GREEN, electorate=1000)
WARD, CITY = ABBEY.ballot, MAYOR.ballot
HEADS, PAPERS = Rejected(10, 1, 2, 3, 4), 501


def of_ward(
    con: int,
    lab: int,
    other: int,
    green: int,
    valid: int | None = 491,
    *lots: str,
    block: int | None = None,
    in_part: int = 3,
) -> Figures:
    """A sheet of the ward; keyed apart if there is a ``block`` of Labour's."""
    votes = {"1": con, "2": lab, "3": other, "4": green}
    split = {one: number - (block or 0) * (one in "23") for one, number in votes.items()}
    extra = MoreFigures(valid, in_part, lots if len(lots) > 1 else ())
    lot = lots[0] if len(lots) == 1 else None
    apart = UNSET if block is None else Apart({LAB: block}, split)
    return Figures(rejected=HEADS, lot=lot, more=extra, apart=apart, given=votes)


def of_city(con: int, lab: int, green: int, *second: int, lot: str | None = None) -> Figures:
    """A sheet of the mayor's, of the first round or of both."""
    votes = {"1": con, "2": lab, "3": green}
    both = MoreFigures(second=SecondPreferences(dict(zip("12", second, strict=False)), 5))
    return Figures(rejected=HEADS, lot=lot, more=both if second else UNSET, given=votes)


WHOLE, APART = of_ward(200, 260, 250, 90), of_ward(200, 260, 250, 90, block=150)
NOTHING = Figures(rejected=Rejected(0, 0, 0, 0, 0), more=MoreFigures(0, 0), given=dict.fromkeys(WHOLE.given, 0))
FIRST, BOTH = of_city(200, 190, 101), of_city(200, 190, 101, 20, 60)
SHEETS = {
    WARD: (
        *(WHOLE, WHOLE, APART, APART),
        replace(WHOLE, given=WHOLE.given | {"1": 201}),
        replace(APART, apart=Apart({LAB: 149}, APART.apart.split if APART.apart else {})),  # is not what it adds up to
        of_ward(200, 260, 250, 90, None),
        of_ward(200, 260, 250, 90, 490),
        of_ward(492, 260, 250, 90),  # more than the valid papers
        of_ward(491, 490, 400, 90),  # more than two a paper
        of_ward(100, 100, 100, 100),  # fewer than one a paper
        of_ward(250, 260, 250, 90),  # a tie at the last place
        of_ward(250, 260, 250, 90, 491, "1"),
        of_ward(250, 260, 250, 90, 491, "2"),
        of_ward(250, 250, 250, 90, 491, "1", "3"),
        of_ward(250, 250, 250, 90, 491, "1"),
        of_ward(200, 260, 250, 90, 491, "1"),
        of_ward(200, 260, 60, 90),  # a party's two are far apart
        of_ward(200, 260, 250, 90, in_part=492),
        of_ward(200, 260, 250, 90, block=0),  # more split votes than papers without a block allow, or not
        of_ward(491, 260, 260, 90, block=260),
    ),
    CITY: (
        *(FIRST, FIRST, BOTH, BOTH),
        of_city(201, 189, 101),
        of_city(201, 189, 101, 20, 60),
        of_city(200, 190, 102),  # adds up to a paper more
        of_city(200, 190, 101, 60, 50),  # more second preferences than papers that are out
        of_city(200, 190, 101, 40, 50),  # a tie in the last round
        of_city(200, 190, 101, 40, 50, lot="2"),
        of_city(200, 190, 101, lot="1"),
        of_city(291, 150, 50),  # decided at once
        of_city(291, 150, 50, 5, 5),
        of_city(200, 190, 101, 20),
    ),
}
places = st.sampled_from((WARD, WARD, CITY))
numbers = st.integers(0, 99)
seldom = st.sampled_from((False, False, False, True))
entries = st.sampled_from(("double", "double", "single"))
HEARD: tuple[Heard, ...] = get_args(Heard)


class OneNight(RuleBasedStateMachine):
    """As the walk of two seats of the House, but shorter: what several seats and two rounds can do that one cannot."""

    def __init__(self) -> None:
        super().__init__()
        self.count = AtTheCount(wards.definition(ABBEY, MAYOR))
        self.count.now = wards.CLOSE
        self.tried: list[AnyAct] = []
        self.told = 0

    def _try(self, act: AnyAct, crash: bool = False) -> None:
        self.tried.append(act)
        try:
            if isinstance(act, Asked):
                self.count.ask(act, crash=crash)
            else:
                self.count.record(act)
        except Refused as refused:
            SEEN.update({refused.code, *(finding.code for finding in refused.findings)})

    def _ask(self, who: Who, command: PublicCommand, crash: bool = False) -> None:
        self._try(Asked(**self.count.stamp(who, f"ask/{command.id}"), command=command, reasons=REASONS), crash)

    @initialize(entry=entries, apart=st.booleans(), ward=st.integers(0, 4), city=st.integers(0, 6))
    def begins(self, entry: EntryMode, apart: bool, ward: int, city: int) -> None:
        self.chooses(entry, apart)
        for where, steps in ((WARD, ward), (CITY, city)):
            for _ in range(steps):
                self.goes_on(where, crash=False)

    @rule(entry=entries, apart=st.booleans())
    def chooses(self, entry: EntryMode, apart: bool) -> None:
        self._try(EntryChosen(**self.count.stamp(DORA, self.count.new_id("entry")), entry=entry, apart=apart))

    @rule(where=places, crash=seldom)
    def goes_on(self, where: str, crash: bool) -> None:
        """What is to be done next, done rightly."""
        match self.count.stands(where).state:
            case "unverified":
                self.verifies(where, PAPERS, crash)
            case "keying" | "one keyed" | "differs" if tables_of(self.count.later.counts[where], self.count.desk).names:
                self._keys_tables(WHOLE)
            case "keying" | "one keyed" | "differs":
                second = is_second_round(self.count.later.counts[where])
                right = (APART if self.count.desk.apart else WHOLE) if where == WARD else BOTH if second else FIRST
                for who in (JANE, OMAR)[: 2 if self.count.desk.entry == "double" else 1]:
                    self._try(self.count.sheet(who, right, where))
            case "look again":
                self.looks_again(where, which=0)
            case "ready":
                self.confirms(where)
                self.speaks(where, crash)
            case _:
                self.is_let_out()

    @rule(where=places, papers=st.sampled_from((PAPERS, PAPERS, 502)), crash=seldom)
    def verifies(self, where: str, papers: int, crash: bool) -> None:
        stamp, before = self.count.stamp(JANE, self.count.new_id("papers")), self.count.desk.seq
        self._try(PapersVerified(**stamp, ballot=where, issued=None, papers=papers, reasons=REASONS))
        if self.count.desk.seq > before:
            id = self.count.new_id("verified")
            self._ask(JANE, ReachStage(id=id, by=JANE.name, ballot=where, stage="verified", papers=papers), crash)

    @rule(where=places, which=numbers, other=numbers, reasons=st.sampled_from((REASONS, {})))
    def keys(self, where: str, which: int, other: int, reasons: dict[str, str]) -> None:
        for who, number in ((JANE, which), (OMAR, other)):
            sheet = self.count.sheet(who, SHEETS[where][number % len(SHEETS[where])], where)
            self._try(replace(sheet, reasons=reasons))

    @rule(where=places, number=st.sampled_from((0, 1, 2)), bundle=st.sampled_from((0, 0, 50)))
    def chooses_tables(self, where: str, number: int, bundle: int) -> None:
        stamp, names = self.count.stamp(DORA, self.count.new_id("tables")), ("Table 1", "Table 2")[:number]
        self._try(TablesChosen(**stamp, ballot=where, tables=names, bundle=bundle))

    @rule(which=numbers, other=numbers, lost=seldom)
    def keys_tables(self, which: int, other: int, lost: bool) -> None:
        self._keys_tables(*(SHEETS[WARD][number % len(SHEETS[WARD])] for number in (which, other)), lost=lost)

    @rule()
    def tables_differ_and_are_of_other_papers(self) -> None:
        self.chooses("double", apart=False)
        self._keys_tables(WHOLE, lost=True)
        self._keys_tables(WHOLE, of_ward(201, 259, 250, 90))
        self.verifies(WARD, PAPERS + 1, crash=False)
        self._keys_tables(WHOLE)

    def _keys_tables(self, figures: Figures, others: Figures | None = None, *, lost: bool = False) -> None:
        """The tables of the ward are keyed, all the papers at the first, and added up by each who keys; the second
        person keys ``others``. A paper of those given may be ``lost``."""
        more = figures.more or NOTHING_MORE
        for who in (JANE, OMAR)[: 2 if self.count.desk.entry == "double" else 1]:
            count = self.count.later.counts[WARD]
            tables = tables_of(count, self.count.desk)
            for place, name in enumerate(tables.names):
                first = others if others and who == OMAR else figures
                theirs, mine = NOTHING if place else first, tables.of(who.role).get(name)
                besides = MoreFigures(theirs.more.valid_papers, theirs.more.in_part) if theirs.more else UNSET
                act = TableKeyed(
                    **self.count.stamp(who, self.count.new_id("table")),
                    ballot=WARD,
                    table=name,
                    role=who.role,
                    round=count.round,
                    replaces=mine.seq if mine else 0,
                    given=((besides and besides.valid_papers) or 0) + theirs.rejected.total + lost,
                    votes=theirs.votes,
                    rejected=theirs.rejected,
                    more=besides,
                )
                self._try(act)
        for who in (JANE, OMAR)[: 2 if self.count.desk.entry == "double" else 1]:
            mine = tables_of(self.count.later.counts[WARD], self.count.desk).of(who.role)
            together = sum_of(mine.values())
            besides = replace(together.more, lots=more.lots)
            summed = Figures(given=together.votes, rejected=together.rejected, lot=figures.lot, more=besides)
            sheet = replace(self.count.sheet(who, summed, WARD), reasons=REASONS)
            self._try(replace(sheet, tables={name: one.seq for name, one in mine.items()}))

    @rule()
    def keys_fewer_votes_than_papers_and_more(self) -> None:
        if not self.count.desk.apart:
            many = of_ward(200, 260, 250, 90, in_part=492)
            for figures in (of_ward(100, 100, 100, 100), of_ward(492, 260, 250, 90), many):
                self._try(self.count.sheet(JANE, figures, WARD))

    @rule(where=places, which=numbers)
    def looks_again(self, where: str, which: int) -> None:
        """The paper is read once more, as it is on the sheet; or with one field otherwise, of those that are asked."""
        seen = self.count.seen_again({}, where)
        if seen is not None:
            fields = list(seen.figures)
            wrong = {fields[which % len(fields)]: 7} if which % 3 else {}
            self._try(replace(seen, figures=seen.figures | wrong))

    @rule(where=places, crash=seldom)
    def speaks(self, where: str, crash: bool) -> None:
        command = spoken(self.count.later, self.count.desk, where, RITA.name)
        if command is not None:
            self._ask(RITA, command, crash)

    @rule(where=places)
    def confirms(self, where: str) -> None:
        change = change_of(self.count.later, self.count.desk, where)
        if change is not None:
            stamp = self.count.stamp(DORA, self.count.new_id("change"))
            self._try(ChangeConfirmed(**stamp, ballot=where, role="desk", command=change.command))

    @rule(where=places, confirmed=st.booleans())
    def is_corrected_to_others(self, where: str, confirmed: bool) -> None:
        """Those who lose are elected by a correction, in a ward or by the second round."""
        if self.count.stands(where).state != "on air":
            return
        self.begins_a_correction(where)
        apart = of_ward(200, 90, 260, 250, block=50) if self.count.desk.apart else of_ward(200, 90, 260, 250)
        for who in (JANE, OMAR)[: 2 if self.count.desk.entry == "double" else 1]:
            figures = apart if where == WARD else of_city(200, 190, 101, 60, 30)
            self._try(replace(self.count.sheet(who, figures, where), reasons=REASONS))
        self.looks_again(where, which=0)
        if confirmed:
            self.confirms(where)
        self.speaks(where, crash=False)

    @rule(where=places, which=numbers, first=st.booleans(), papers=st.booleans())
    def is_sent_by_a_program(self, where: str, which: int, first: bool, papers: bool) -> None:
        one = SHEETS[where][which % len(SHEETS[where])]
        id, verified = self.count.new_id("program"), PAPERS if papers else None
        rejected, votes = one.rejected, one.votes
        if first:
            report = ReportPreferences(
                id=id, by=JANE.name, ballot=where, votes=votes, rejected=rejected, papers=verified
            )
            return self._ask(JANE, report)
        command = Declare(
            id=id,
            by=JANE.name,
            ballot=where,
            votes=votes,
            rejected=rejected,
            lot=one.lot,
            papers=verified,
            more=one.more,
        )
        return self._ask(JANE, command)

    @rule(where=places, stage=st.sampled_from(("counting", "provisional", "recount")), crash=seldom)
    def reaches(self, where: str, stage: Any, crash: bool) -> None:
        self._ask(JANE, ReachStage(id=self.count.new_id(stage), by=JANE.name, ballot=where, stage=stage), crash)

    @rule(where=places)
    def begins_a_correction(self, where: str) -> None:
        stamp, round = self.count.stamp(RITA, self.count.new_id("begun")), self.count.later.counts[where].round
        self._try(CorrectionBegun(**stamp, ballot=where, round=round, slip=False, reason="Found."))

    @rule(where=places, crash=seldom)
    def withdraws(self, where: str, crash: bool) -> None:
        id = self.count.new_id("withdraw")
        self._ask(RITA, Withdraw(id=id, by=RITA.name, ballot=where, reason="A box was left out."), crash)

    @rule(where=places, what=st.sampled_from(HEARD), behind=seldom)
    def agents_are_heard(self, where: str, what: Heard, behind: bool) -> None:
        """What candidates and agents are shown and say is on record, and nothing follows from it by itself."""
        before = (self.count.night, self.count.stands(where))
        self._try(self.count.heard(RITA, what, "The agents of both were there.", where, behind))
        assert (self.count.night, self.count.stands(where)) == before

    @rule(where=places, hides=seldom, crash=seldom)
    def photographs_the_sheet(self, where: str, hides: bool, crash: bool) -> None:
        id, sha256 = self.count.new_id("photo"), "0" * 64
        photo = ShowPhoto(id=id, by=RITA.name, ballot=where, sha256=sha256, size=300_000, width=1600, height=1200)
        self._ask(RITA, photo, crash)
        if hides:
            id = self.count.new_id("hide")
            self._ask(DORA, HidePhoto(id=id, by=DORA.name, ballot=where, sha256=sha256, reason="A face."), crash)

    @rule(on=seldom)
    def holds_or_releases(self, on: bool) -> None:
        id = self.count.new_id("hold")
        self._ask(DORA, HoldNight(id=id, by=DORA.name) if on else ReleaseNight(id=id, by=DORA.name))

    @rule(which=numbers)
    def sets_aside(self, which: int) -> None:
        asked = pending(self.count.night, self.count.desk)
        if asked:
            stamp = self.count.stamp(DORA, self.count.new_id("aside"))
            self._try(Dropped(**stamp, asked=asked[which % len(asked)].command.id, why="Somebody doubts it."))

    @rule(which=numbers)
    def does_again(self, which: int) -> None:
        if self.tried:
            self._try(self.tried[-1 - which % len(self.tried)])

    @rule()
    def is_let_out(self) -> None:
        self.count.send_out()
        self._ask(DORA, PostNote(id=self.count.new_id("note"), by=DORA.name, text="A note."))

    @invariant()
    def all_of_it_should_have_been(self) -> None:
        for place in range(self.told, len(self.count.line)):
            must_be_told(self.count.line, place)
            SEEN[type(self.count.line[place]).__name__] += 1
        self.told = len(self.count.line)
        for where in (WARD, CITY):
            SEEN[f"{self.count.desk.entry}: {self.count.stands(where).state}"] += 1

    def teardown(self) -> None:
        """In the end both streams fold to what is known."""
        events = [one for one in self.count.line if isinstance(one, Event)]
        acts = [one for one in self.count.line if not isinstance(one, Event)]
        assert fold(events) == self.count.night
        follow_the_rules(events)
        bear_out(events, acts)
        assert fold_acts(acts) == self.count.desk


REFUSALS = {
    *("table-not-papers", "tables-open", "tables-differ", "tables-not-papers", "table-bundle", "method-not-counted"),
    *("valid-papers-missing", "valid-papers-below-papers", "votes-above-valid-papers", "votes-above-allowed"),
    *("votes-below-valid-papers", "in-part-above-valid-papers", "tie-without-lot", "lot-without-tie"),
    *("second-missing", "preferences-missing", "preferences-differ", "count-moved-on", "not-confirmed"),
    *("shape", "already-declared", "change-unconfirmed", "already-asked", "held"),
}
KINDS = {
    "TablesChosen",
    "TableKeyed",
    "ChangeConfirmed",
    "PreferencesReported",
    "Declared",
    "Corrected",
    "Withdrawn",
    "Dropped",
    "SheetKeyed",
    "KeyedAgain",
    "AgentsConsulted",
    "RecountRequested",
    "RejectedNoted",
    "SheetPhotographed",
    "SheetHidden",
}


def test_whatever_happens_in_a_ward_or_a_city_nothing_goes_out_that_cannot_be() -> None:
    SEEN.clear()
    machine: Any = OneNight  # its own types do not survive strict checking
    walks = settings(max_examples=400, stateful_step_count=40, deadline=None, derandomize=True)
    run_state_machine_as_test(machine, settings=walks)
    states = {f"double: {state}" for state in get_args(State) if state not in ("no poll", "look again")}
    states |= {"single: look again", "single: differs", "single: on air"}
    assert (states | REFUSALS | KINDS) - SEEN.keys() == set(), "the walk did not come by everything"
