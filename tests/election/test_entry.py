"""How figures become a declaration: where an entry stands, what is refused on the way, who may do it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from msgspec.structs import replace

from server.election.commands import (
    Correct,
    Declare,
    HoldNight,
    PostNote,
    ReachStage,
    RecordNoPoll,
    ReleaseNight,
    TakeBackStage,
    Withdraw,
)
from server.election.counting.acts import (
    Asked,
    ChangeConfirmed,
    Dropped,
    Invited,
    PapersVerified,
    PinChosen,
    PinCleared,
    PinMistaken,
    Revoked,
    Role,
    SessionsEnded,
    SheetKeyed,
    SignedIn,
)
from server.election.counting.changes import AT_ONCE, change_of
from server.election.counting.desk import Desk
from server.election.counting.entry import pending, spoken
from server.election.counting.persons.invited import MOST_MISTAKES
from server.election.events import Corrected, Declared, NotePosted
from server.election.methods.figures import Rejected
from server.election.refusals import Refused
from tests.election.at_the_count import (
    B0,
    B1,
    DORA,
    DOUBTFUL,
    JANE,
    OMAR,
    PAPERS,
    REASONS,
    RIGHT,
    RITA,
    WRONG,
    AtTheCount,
    Figures,
    Who,
)
from tests.nights_by_hand import definition, with_one_candidate

OTHERWISE = Figures(con=300, lab=290)


@pytest.fixture
def count() -> AtTheCount:
    """Two contests, each keyed by one person."""
    return AtTheCount(definition(contests=2))


@pytest.fixture
def double(count: AtTheCount) -> AtTheCount:
    """The same, each keyed by two."""
    count.choose("double")
    return count


def refused(does: Callable[[], object]) -> Refused:
    """The refusal of what somebody does."""
    with pytest.raises(Refused) as caught:
        does()
    assert caught.value.sentence.endswith(".")
    return caught.value


def recount(count: AtTheCount) -> None:
    number = count.night.counts[B0].round
    if not number:
        count.says(JANE, ReachStage(id="counting", by=JANE.name, ballot=B0, stage="counting"))
    count.says(JANE, ReachStage(id=f"recount-{number}", by=JANE.name, ballot=B0, stage="recount"))


def withdraw(count: AtTheCount) -> bool:
    command = Withdraw(id=count.new_id("withdraw"), by=RITA.name, ballot=B0, reason="A box was left out.")
    return count.says(RITA, command)


def hold(count: AtTheCount) -> None:
    count.says(DORA, HoldNight(id=count.new_id("hold"), by=DORA.name))


def release(count: AtTheCount) -> None:
    count.says(DORA, ReleaseNight(id=count.new_id("release"), by=DORA.name))
    count.send_out()


# Where it stands


def test_one_person_keys_and_it_is_ready_then_asked_then_on_air(count: AtTheCount) -> None:
    assert count.stands().state == "unverified"
    count.verify()
    assert (count.stands().state, count.stands().waiting_for) == ("keying", ("officer",))
    sheet = count.key(JANE)
    assert (count.stands().state, count.stands().sheet) == ("ready", sheet)
    hold(count)
    count.declare()
    stands = count.stands()
    assert (stands.state, stands.sheet) == ("asked", None)
    assert stands.asked is not None
    assert isinstance(stands.asked.command, Declare)
    release(count)
    assert count.stands().state == "on air"
    assert count.stands(B1).state == "unverified", "the other contest is where it was"


def test_two_people_key_and_it_is_ready_once_they_agree(double: AtTheCount) -> None:
    double.verify()
    assert (double.stands().state, double.stands().waiting_for) == ("keying", ("officer", "second officer"))
    double.key(OMAR, WRONG)
    assert (double.stands().state, double.stands().waiting_for) == ("one keyed", ("officer",))
    double.key(JANE, RIGHT)
    stands = double.stands()
    assert (stands.state, stands.sheet) == ("differs", None)
    assert stands.differing == ("votes.1", "votes.2")
    right = double.key(OMAR, RIGHT)
    assert (double.stands().state, double.stands().sheet) == ("ready", right)
    assert double.declare()
    assert double.stands().state == "on air"


@pytest.mark.parametrize(
    ("other", "differing"),
    [
        (Figures(con=249, lab=341), ("votes.1", "votes.2")),
        (replace(RIGHT, rejected=Rejected(10, 2, 1, 3, 4)), ("rejected.official_mark", "rejected.more_than_one")),
        (replace(RIGHT, rejected=Rejected(10, 1, 2, 4, 3)), ("rejected.identifiable", "rejected.unmarked_or_void")),
        (replace(RIGHT, rejected=Rejected(10, None, 2, 3, 4)), ("rejected.official_mark",)),
    ],
)
def test_the_fields_in_which_two_sheets_differ_are_named(
    double: AtTheCount, other: Figures, differing: tuple[str, ...]
) -> None:
    double.verify()
    double.key(JANE)
    double.key(OMAR, other)
    assert double.stands().differing == differing


def test_two_sheets_with_another_lot_differ(double: AtTheCount) -> None:
    tie = Figures(con=295, lab=295, lot="1")
    double.verify()
    for who, lot in ((JANE, "1"), (OMAR, "2")):
        double.record(replace(double.sheet(who, replace(tie, lot=lot)), reasons=REASONS))
    assert double.stands().differing == ("lot",)


def test_sheets_that_do_not_account_for_another_number_of_papers_are_void_and_good_again_with_the_first(
    double: AtTheCount,
) -> None:
    double.verify()
    double.key(JANE)
    double.key(OMAR)
    double.verify(PAPERS + 1)
    assert (double.stands().state, double.stands().sheet) == ("keying", None), "nothing is read aloud that is not so"
    double.verify(PAPERS)
    assert double.stands().state == "ready"


def test_the_count_goes_on_while_the_night_is_held(double: AtTheCount) -> None:
    hold(double)
    double.verify()
    assert double.stands().state == "keying"
    double.key(JANE)
    double.key(OMAR)
    assert double.declare() is False, "it waits"
    assert [type(one.command) for one in pending(double.night, double.desk)] == [ReachStage, Declare]
    release(double)
    assert double.night.counts[B0].status == "declared"


def test_what_one_person_keyed_does_not_go_out_once_the_night_wants_two(count: AtTheCount) -> None:
    count.verify()
    count.key(JANE)
    hold(count)
    count.declare()
    assert refused(lambda: count.choose("double")).code == "figures-waiting"


def test_a_program_does_not_override_what_was_keyed(count: AtTheCount) -> None:
    count.verify()
    count.key(JANE)
    command = Declare(id="program", by="p", ballot=B0, votes=WRONG.votes, rejected=WRONG.rejected)
    assert refused(lambda: count.says(JANE, command, REASONS)).code == "not-confirmed"


def test_a_contest_without_a_poll_has_nothing_to_key() -> None:
    count = AtTheCount(with_one_candidate(definition(contests=2)))
    no_poll = RecordNoPoll(id="no-poll", by=DORA.name, ballot=B0, state="uncontested", reason="Nobody else stood.")
    count.says(DORA, no_poll)
    assert count.stands().state == "no poll"
    assert refused(lambda: count.key(JANE)).code == "no-poll"
    assert refused(count.begin).code == "not-declared"
    withdraw(count)
    assert count.stands().state == "unverified"


def test_entry_can_become_double_and_single_again_while_it_goes_on(count: AtTheCount) -> None:
    count.verify()
    count.key(JANE)
    count.choose("double")
    assert (count.stands().state, count.stands().waiting_for) == ("one keyed", ("second officer",))
    count.key(OMAR, WRONG)
    assert count.stands().state == "differs"
    count.choose("single")
    assert count.stands().state == "differs", "what a second person has keyed is heard"
    count.key(OMAR)
    assert count.stands().state == "ready"


def test_what_two_were_to_key_is_not_ready_because_one_is_enough_now(count: AtTheCount) -> None:
    count.choose("double")
    count.verify()
    count.key(JANE)
    count.choose("single")
    assert (count.stands().state, count.stands().waiting_for) == ("keying", ("officer",))
    count.key(JANE)
    assert count.stands().state == "ready"
    count.choose("single")
    assert count.stands().state == "ready", "nothing was changed"


def take_back(count: AtTheCount, reason: str = "The wrong seat.", step: int | None = None) -> bool:
    """The newest stage is taken back."""
    reached = count.later.counts[B0].steps[-1].reached if count.later.counts[B0].steps else None
    stage, papers = (reached.stage, reached.papers) if reached else ("counting", None)
    command_id = count.new_id("back")
    command = TakeBackStage(
        id=command_id, by=JANE.name, ballot=B0, stage=stage, papers=papers, reason=reason, step=step
    )
    return count.says(JANE, command)


def test_what_was_reported_by_mistake_is_taken_back_the_newest_first(count: AtTheCount) -> None:
    assert refused(lambda: take_back(count)).code == "nothing-to-take-back"
    count.verify()
    count.verify(PAPERS + 1)
    count.key(JANE, replace(RIGHT, lab=341))
    count.says(JANE, ReachStage(id="counting", by=JANE.name, ballot=B0, stage="counting"))
    recount(count)
    assert refused(lambda: take_back(count, reason=" ")).code == "reason-missing"
    assert refused(lambda: take_back(count, step=1)).code == "count-moved-on"
    for status, papers in (("counting", 601), ("verified", 601), ("verified", 600), ("awaiting", None)):
        assert take_back(count)
        now = count.night.counts[B0]
        assert (now.status, now.papers, now.recounts) == (status, papers, 0)
    assert count.stands().state == "unverified"
    count.verify()
    count.key(JANE)
    count.declare()
    assert refused(lambda: take_back(count)).code == "already-declared"


# What makes sheets void


def test_a_recount_voids_every_sheet_keyed_before_it(double: AtTheCount) -> None:
    double.verify()
    double.key(JANE)
    double.key(OMAR)
    early = spoken(double.night, double.desk, B0, RITA.name)
    stale = double.sheet(OMAR)
    recount(double)
    assert (double.stands().state, double.stands().waiting_for) == ("keying", ("officer", "second officer"))
    assert early is not None
    assert refused(lambda: double.says(RITA, early)).code == "not-confirmed"
    assert refused(lambda: double.record(stale)).code == "count-moved-on"


def test_a_withdrawal_voids_what_was_keyed_and_the_count_begins_with_the_papers_known(double: AtTheCount) -> None:
    double.verify()
    double.key(JANE)
    double.key(OMAR)
    double.declare()
    withdraw(double)
    assert double.stands().state == "keying"
    double.key(JANE, WRONG)
    double.key(OMAR, WRONG)
    assert double.declare()
    last = double.line[-1]
    assert isinstance(last, Declared)
    assert last.votes == WRONG.votes


def test_a_correction_that_was_begun_wants_all_sheets_anew_and_leaves_what_is_on_air(double: AtTheCount) -> None:
    double.verify()
    for who in (JANE, OMAR):
        double.key(who)
    double.declare()
    begun = double.begin(slip=True)
    stands = double.stands()
    assert (stands.state, stands.correction) == ("keying", begun)
    assert double.night.counts[B0].status == "declared"
    double.key(JANE, WRONG)
    double.key(OMAR, RIGHT)
    assert double.stands().state == "differs"
    double.key(OMAR, WRONG)
    assert double.declare()
    corrected = double.line[-1]
    assert isinstance(corrected, Corrected)
    assert (corrected.votes, corrected.reason, corrected.slip) == (WRONG.votes, "Rows swapped.", True)
    assert (double.stands().state, double.stands().correction) == ("on air", None)


def test_a_correction_that_was_dropped_leaves_nothing_to_confirm(count: AtTheCount) -> None:
    count.verify()
    count.key(JANE)
    count.declare()
    count.begin()
    assert refused(count.begin).code == "already-begun"
    count.key(JANE, WRONG)
    assert count.stands().state == "ready"
    count.drop()
    assert count.stands().state == "on air"
    assert refused(count.drop).code == "not-begun"
    count.begin()
    assert count.stands().state == "keying", "what was keyed for the first correction is void"


def test_a_correction_that_is_going_on_air_cannot_be_dropped(count: AtTheCount) -> None:
    count.verify()
    count.key(JANE)
    count.declare()
    count.begin()
    count.key(JANE, WRONG)
    hold(count)
    count.declare()
    assert refused(count.drop).code == "already-asked"
    release(count)
    assert isinstance(count.line[-1], Corrected)


def test_a_correction_is_begun_on_the_figures_that_are_on_air(count: AtTheCount) -> None:
    assert refused(count.begin).code == "not-declared"
    count.verify()
    count.key(JANE)
    count.declare()
    old = count.begin()
    count.key(JANE, WRONG)
    count.declare()
    again = replace(old, command_id="again", at=count.now)
    assert refused(lambda: count.record(again)).code == "count-moved-on"
    assert refused(lambda: count.begin(reason=" ")).code == "reason-missing"


def confirm(count: AtTheCount, who: Who, command: str | None = None) -> None:
    """Somebody confirms that the correction which is ready changes who is elected."""
    change = change_of(count.later, count.desk, B0)
    command = command or (change.command if change else "")
    stamp = count.stamp(who, count.new_id("change"))
    count.record(ChangeConfirmed(**stamp, ballot=B0, role=who.role, command=command))


@pytest.mark.parametrize("confirms", [RITA, DORA])
@pytest.mark.parametrize("slip", [True, False])
def test_a_correction_that_changes_who_is_elected_is_never_one_persons_alone(
    count: AtTheCount, confirms: Who, slip: bool
) -> None:
    count.verify()
    count.key(JANE)
    count.declare()
    count.begin(slip=slip)
    count.key(JANE, OTHERWISE)
    assert refused(lambda: count.declare(who=JANE)).code == "change-unconfirmed"
    assert refused(lambda: count.declare(who=RITA)).code == "change-unconfirmed"
    twice = replace(confirms, name="jane  smith")
    for nobody, code in ((JANE, "role"), (OMAR, "role"), (twice, "same-person")):
        assert refused(lambda nobody=nobody: confirm(count, nobody)).code == code
    assert refused(lambda: confirm(count, confirms, "another")).code == "count-moved-on"
    confirm(count, confirms)
    count.key(JANE, replace(OTHERWISE, con=301, lab=289))
    assert refused(lambda: count.declare(who=JANE)).code == "change-unconfirmed", "that was of other figures"
    confirm(count, confirms)
    assert count.declare(who=JANE)
    assert isinstance(count.line[-1], Corrected)


def test_a_correction_that_elects_the_same_goes_out_as_before(count: AtTheCount) -> None:
    count.verify()
    count.key(JANE)
    count.declare()
    count.begin()
    count.key(JANE, WRONG)
    assert change_of(count.later, count.desk, B0) is None
    assert refused(lambda: confirm(count, RITA, f"{B0}/round-1/sheet-5")).code == "count-moved-on"
    assert count.declare(who=JANE)


def test_a_slip_of_the_tongue_is_one_for_half_an_hour(count: AtTheCount) -> None:
    count.verify()
    count.key(JANE)
    count.declare()
    count.wait(AT_ONCE - timedelta(seconds=1))
    assert count.begin(slip=True).slip
    count.drop()
    count.wait(timedelta(seconds=5))
    assert refused(lambda: count.begin(slip=True)).code == "slip-too-late"
    assert not count.begin(slip=False).slip


# Who keys, and what


def test_the_same_person_does_not_key_both_sheets(double: AtTheCount) -> None:
    double.verify()
    double.key(JANE)
    for other in (
        Who("jane  SMITH", "second officer", "another invitation"),
        Who("Somebody Else", "second officer", JANE.invitation),
    ):
        assert refused(lambda other=other: double.key(other)).code == "same-person"
    double.key(OMAR)
    assert refused(lambda: double.key(Who("Omar Khan", "officer", "i-omar-2"), WRONG)).code == "same-person"
    double.key(JANE, WRONG)  # one's own sheet can be keyed again
    recount(double)
    double.key(Who("Omar Khan", "officer", "i-omar-2"))  # and another count is another matter


@pytest.mark.parametrize("role", ["returning officer", "desk"])
def test_only_officers_key(count: AtTheCount, role: Role) -> None:
    count.verify()
    assert refused(lambda: count.key(replace(RITA, role=role))).code == "role"


def test_a_sheet_from_a_page_that_is_behind_is_refused(count: AtTheCount) -> None:
    count.verify()
    stale = count.sheet(JANE, WRONG)
    count.key(JANE)
    assert refused(lambda: count.record(stale)).code == "keyed-elsewhere"
    repeated = count.key(JANE, WRONG)
    assert count.record(repeated) == (repeated, True), "the same act again is the same act"


def test_a_sheet_must_account_for_every_paper_and_give_reasons_for_what_is_doubtful(count: AtTheCount) -> None:
    unverified = count.sheet(JANE)
    assert refused(lambda: count.record(unverified)).code == "papers-missing"
    count.verify()
    assert refused(lambda: count.key(JANE, Figures(con=249))).code == "votes-below-papers"
    assert refused(lambda: count.key(JANE, Figures(con=251))).code == "votes-above-papers"
    doubtful = count.sheet(JANE, DOUBTFUL)
    for reasons in ({}, dict.fromkeys(REASONS, " ")):
        refusal = refused(lambda reasons=reasons: count.record(replace(doubtful, reasons=reasons)))
        assert refusal.code == "reasons-missing"
        assert [one.code for one in refusal.findings] == ["ten-times-too-big"]
    count.record(doubtful)
    count.look_again()
    assert count.stands().state == "ready"


def test_papers_that_are_doubtful_want_a_reason(count: AtTheCount) -> None:
    def verified(papers: int, issued: int | None = None, **reasons: str) -> PapersVerified:
        stamp = count.stamp(JANE, count.new_id("papers"))
        said = {one.replace("_", "-"): why for one, why in reasons.items()}
        return PapersVerified(**stamp, ballot=B0, issued=issued, papers=papers, reasons=said)

    assert refused(lambda: count.record(verified(100))).code == "reasons-missing"
    assert refused(lambda: count.record(verified(600, 601))).code == "reasons-missing"
    assert refused(lambda: count.record(verified(600, 601, turnout_out_of_range="No."))).code == "reasons-missing"
    assert refused(lambda: count.record(verified(1001))).code == "papers-above-electorate"
    assert refused(lambda: count.record(verified(600, -1))).code == "papers-negative"
    count.record(verified(600, 601, papers_differ_from_issued="One was taken home."))
    count.record(verified(100, turnout_out_of_range="A storm."))


def test_nothing_is_keyed_where_something_is_declared_or_going_on_air(count: AtTheCount) -> None:
    count.verify()
    count.key(JANE)
    hold(count)
    count.declare()
    assert refused(lambda: count.key(JANE, WRONG)).code == "already-asked"
    release(count)
    assert refused(lambda: count.key(JANE, WRONG)).code == "already-declared"


# What is asked for


def test_with_double_entry_only_what_both_keyed_can_be_asked_for(double: AtTheCount) -> None:
    declare = Declare(id="d", by=RITA.name, ballot=B0, votes=RIGHT.votes, rejected=RIGHT.rejected, papers=PAPERS)
    assert refused(lambda: double.says(RITA, declare, REASONS)).code == "not-confirmed"
    double.verify()
    double.key(JANE)
    assert spoken(double.night, double.desk, B0, RITA.name) is None
    assert refused(lambda: double.says(RITA, declare, REASONS)).code == "not-confirmed"
    double.key(OMAR)
    command = spoken(double.night, double.desk, B0, RITA.name)
    assert command is not None
    other = replace(command, votes=WRONG.votes)
    assert refused(lambda: double.says(RITA, other, REASONS)).code == "not-confirmed"
    double.key(OMAR, WRONG)
    assert refused(lambda: double.says(RITA, command, REASONS)).code == "not-confirmed", "it was, and is no more"
    assert [one for one in double.desk.log if isinstance(one, Asked)][1:] == []


def test_with_single_entry_figures_can_come_from_a_program_with_every_check(count: AtTheCount) -> None:
    def sent(figures: Figures, papers: int | None) -> Declare:
        votes, rejected = figures.votes, figures.rejected
        return Declare(id="d", by="program", ballot=B0, votes=votes, rejected=rejected, papers=papers)

    assert refused(lambda: count.says(JANE, sent(RIGHT, None))).code == "papers-missing"
    assert refused(lambda: count.says(JANE, sent(RIGHT, 601))).code == "votes-below-papers"
    assert refused(lambda: count.says(JANE, sent(DOUBTFUL, PAPERS))).code == "reasons-missing"
    small = Figures(con=25, lab=75, rejected=Rejected(0))
    assert [one.code for one in refused(lambda: count.says(JANE, sent(small, 100))).findings] == [
        "turnout-out-of-range"
    ]
    count.verify(601)
    assert refused(lambda: count.says(JANE, sent(RIGHT, PAPERS))).code == "votes-below-papers"
    count.verify(PAPERS)
    assert count.says(JANE, sent(RIGHT, None))


def test_figures_that_were_not_keyed_correct_nothing(count: AtTheCount) -> None:
    count.verify()
    count.key(JANE)
    count.declare()
    correct = Correct(id="c", by="d", ballot=B0, votes=WRONG.votes, rejected=WRONG.rejected, reason="Rows swapped.")
    assert refused(lambda: count.says(DORA, correct)).code == "not-confirmed"
    count.begin()
    assert refused(lambda: count.says(DORA, correct)).code == "not-confirmed"


def test_figures_are_asked_for_once(count: AtTheCount) -> None:
    count.verify()
    sheet = count.key(JANE)
    hold(count)
    assert count.declare() is False
    assert spoken(count.night, count.desk, B0, RITA.name) is None
    again = Declare(id="d", by="program", ballot=B0, votes=RIGHT.votes, rejected=RIGHT.rejected)
    assert refused(lambda: count.says(JANE, again)).code == "already-asked"
    release(count)
    declared = [one for one in count.line if isinstance(one, Declared)]
    assert [one.command_id for one in declared] == [f"{B0}/round-0/sheet-{sheet.seq}"]


def test_what_could_not_go_out_is_not_put_on_record(count: AtTheCount) -> None:
    seq = count.desk.seq
    assert refused(lambda: withdraw(count)).code == "not-declared"
    assert refused(lambda: release(count)).code == "not-held"
    assert refused(lambda: count.says(DORA, PostNote(id="n", by="d", text=" "))).code == "note-empty"
    hold(count)
    assert refused(lambda: withdraw(count)).code == "not-declared", "whether it waits or not"
    assert refused(lambda: hold(count)).code == "held"
    assert count.desk.seq == seq + 1


def test_what_was_asked_for_while_held_waits_in_order_and_goes_out_after_the_release(count: AtTheCount) -> None:
    count.verify()
    count.key(JANE)
    hold(count)
    count.says(DORA, PostNote(id="note", by=DORA.name, text="A result is near."))
    count.declare()
    count.send_out()
    assert [type(one.command) for one in pending(count.night, count.desk)] == [PostNote, Declare]
    release(count)
    assert pending(count.night, count.desk) == ()
    assert [type(one) for one in count.line[-2:]] == [NotePosted, Declared]


@pytest.mark.parametrize("by_a_program", [False, True])
def test_figures_are_not_asked_for_behind_something_that_makes_them_void(count: AtTheCount, by_a_program: bool) -> None:
    count.verify()
    count.key(JANE)
    hold(count)
    recount(count)
    assert [type(one.command) for one in pending(count.night, count.desk)] == [ReachStage, ReachStage]
    votes, rejected = RIGHT.votes, RIGHT.rejected
    command = Declare(id="program", by="p", ballot=B0, votes=votes, rejected=rejected)
    if by_a_program:
        assert refused(lambda: count.says(JANE, command)).code == "already-asked"
    else:
        assert count.stands().state == "keying", "the sheet is of the count before"
    assert count.says(JANE, replace(command, id="other", ballot=B1, papers=PAPERS)) is False, "the other contest waits"
    release(count)
    assert count.night.counts[B0].recount == 1
    assert count.night.counts[B1].status == "declared"


def test_what_was_set_aside_does_not_go_out_and_its_figures_are_keyed_again(double: AtTheCount) -> None:
    double.verify()
    double.key(JANE)
    double.key(OMAR)
    hold(double)
    double.declare()
    asked = double.stands().asked
    assert asked is not None
    aside = Dropped(**double.stamp(DORA, "aside"), asked=asked.command.id, why="Somebody doubts it.")
    double.record(aside)
    assert refused(lambda: double.record(replace(aside, command_id="twice"))).code == "not-waiting"
    assert double.stands().state == "keying"
    release(double)
    assert double.night.counts[B0].result is None
    assert refused(lambda: double.ask(asked)).code == "dropped"
    double.key(JANE)
    double.key(OMAR)
    assert double.declare(), "the same figures, keyed again, are another command"


def test_what_is_on_air_cannot_be_set_aside(count: AtTheCount) -> None:
    count.verify()
    sheet = count.key(JANE)
    count.declare()
    aside = Dropped(**count.stamp(DORA, "aside"), asked=f"{B0}/round-0/sheet-{sheet.seq}", why="Too late.")
    assert refused(lambda: count.record(aside)).code == "not-waiting"


# Invitations


def invite(count: AtTheCount, who: Who = JANE, ballots: tuple[str, ...] = (B0,)) -> None:
    stamp = count.stamp(DORA, count.new_id("invite"))
    count.record(Invited(**stamp, invited=who.invitation, name=who.name, role=who.role, ballots=ballots))


def choose_pin(count: AtTheCount, session: str = "s1") -> None:
    count.record(PinChosen(**count.stamp(JANE, count.new_id("pin")), pin="a hash", session=session))


def sign_in(count: AtTheCount, session: str) -> None:
    count.record(SignedIn(**count.stamp(JANE, count.new_id("sign-in")), session=session))


def mistake(count: AtTheCount, times: int = 1) -> None:
    for _ in range(times):
        count.record(PinMistaken(**count.stamp(JANE, count.new_id("mistake"))))


def test_five_mistakes_in_a_row_lock_an_invitation_and_only_the_desk_opens_it(count: AtTheCount) -> None:
    invite(count)
    assert refused(lambda: sign_in(count, "s0")).code == "pin-missing"
    choose_pin(count)
    mistake(count, MOST_MISTAKES - 1)
    sign_in(count, "s2")
    mistake(count, MOST_MISTAKES - 1)
    assert not count.desk.people[JANE.invitation].locked, "a right PIN in between counts"
    mistake(count)
    assert count.desk.people[JANE.invitation].locked
    for does in (lambda: sign_in(count, "s3"), lambda: mistake(count), lambda: choose_pin(count)):
        assert refused(does).code == "locked"
    assert count.desk.people[JANE.invitation].sessions.keys() == {"s1", "s2"}, "phones that are in stay in"
    count.record(PinCleared(**count.stamp(DORA, "clear"), invited=JANE.invitation))
    person = count.desk.people[JANE.invitation]
    assert (person.locked, person.pin, person.sessions) == (False, None, {})
    choose_pin(count, "s4")
    assert count.desk.people[JANE.invitation].sessions.keys() == {"s4"}


def test_a_pin_is_chosen_once(count: AtTheCount) -> None:
    invite(count)
    choose_pin(count)
    assert refused(lambda: choose_pin(count, "s2")).code == "pin-chosen"


def test_sessions_end_and_an_invitation_is_revoked_for_good(count: AtTheCount) -> None:
    invite(count)
    choose_pin(count)
    count.record(SessionsEnded(**count.stamp(DORA, "end"), invited=JANE.invitation))
    assert count.desk.people[JANE.invitation].sessions == {}
    sign_in(count, "s2")
    count.record(Revoked(**count.stamp(DORA, "revoke"), invited=JANE.invitation))
    assert count.desk.people[JANE.invitation].sessions == {}
    assert refused(lambda: sign_in(count, "s3")).code == "revoked"
    unknown = SessionsEnded(**count.stamp(DORA, "end-2"), invited="nobody")
    assert refused(lambda: count.record(unknown)).code == "invitation-unknown"


def test_an_invitation_is_for_somebody_and_for_contests_or_for_the_desk(count: AtTheCount) -> None:
    assert refused(lambda: invite(count, replace(JANE, name=" "))).code == "name-missing"
    assert refused(lambda: invite(count, JANE, ())).code == "ballot-missing"
    assert refused(lambda: invite(count, DORA, (B0,))).code == "ballot-missing"
    assert refused(lambda: invite(count, JANE, ("parl.elsewhere.2019-12-12",))).code == "ballot-unknown"
    invite(count, JANE, (B0,))
    invite(count, DORA, ())
    assert [count.desk.people[JANE.invitation].may_enter(one) for one in (B0, B1)] == [True, False]
    assert count.desk.people[DORA.invitation].may_enter(B1)


def test_an_act_of_a_contest_that_is_none_is_refused(count: AtTheCount) -> None:
    sheet: SheetKeyed = replace(count.sheet(JANE), ballot="parl.elsewhere.2019-12-12")
    assert refused(lambda: count.record(sheet)).code == "ballot-unknown"
    assert count.desk == Desk()
