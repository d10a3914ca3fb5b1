"""Acts and commands in words, and what each of them changed. Nothing is decided here."""

from datetime import datetime

from msgspec import UNSET

from server.count.board.hall_wording import told_of_the_hall
from server.count.board.hook_wording import hook_told
from server.count.board.person_wording import told_of_people
from server.count.board.replay_wording import replay_told
from server.count.visit.sending import device_told as device_told
from server.count.visit.stages import STAGES
from server.election.commands import (
    AmendBallotPaper,
    AmendNight,
    Correct,
    CorrectNote,
    Declare,
    ExpectDeclaration,
    HidePhoto,
    HoldNight,
    PostNote,
    ReachStage,
    RecordNoPoll,
    ReleaseNight,
    ReportPreferences,
    ShowPhoto,
    TakeBackStage,
    Withdraw,
    WithdrawNote,
)
from server.election.counting.acts import (
    AnyAct,
    Asked,
    ChangeConfirmed,
    CorrectionBegun,
    CorrectionDropped,
    Dropped,
    EntryChosen,
    EventLost,
    HookAct,
    InTheHall,
    InvitationAct,
    Invited,
    KeyedAgain,
    PapersVerified,
    PinChosen,
    PinMistaken,
    PublicCommand,
    ReplaySet,
    SheetKeyed,
    SignedIn,
)
from server.election.counting.desk import Desk
from server.election.counting.figures.again import differing_again
from server.election.events import (
    BallotPaperAmended,
    Corrected,
    Declared,
    FeedEvent,
    NightAmended,
    NightHeld,
    NightReleased,
    NoPollTaken,
    NoteCorrected,
    NotePosted,
    NoteWithdrawn,
    PreferencesReported,
    StageReached,
    StageTakenBack,
    Withdrawn,
)
from server.election.nights import Night
from server.election.results.amendments import in_words
from server.election.texts.check_codes import CHECKS
from server.election.verdict import Figures, judge
from server.html.templates import clock


def command_told(night: Night, step: PublicCommand | FeedEvent) -> str:
    """A command that was asked for, or a public event, in words."""
    match step:
        case ReachStage() | StageReached():
            papers = f": {step.papers:,}" if step.papers is not None else ""
            return STAGES[step.stage] + papers
        case TakeBackStage() | StageTakenBack():
            papers = f": {step.papers:,}" if step.papers is not None else ""
            return f"taken back, {STAGES[step.stage]}{papers}: {step.reason}"
        case ReportPreferences() | PreferencesReported():
            return f"the first preferences{_because(step.reason)}"
        case Declare() | Declared():
            return f"the declaration, {_verdict(night, step.ballot, step)}"
        case Correct() | Corrected():
            what = "a slip put right" if step.slip else "figures revised"
            return f"{what}, {_verdict(night, step.ballot, step)}: {step.reason}"
        case Withdraw() | Withdrawn():
            return f"withdrawal: {step.reason}"
        case RecordNoPoll() | NoPollTaken():
            return f"{step.state}: {step.reason}"
        case ExpectDeclaration():
            return f"declaration expected at {clock(step.expected)}" if step.expected else "expected time unknown"
        case PostNote() | NotePosted():
            return f"a note: “{step.text}”"
        case CorrectNote() | NoteCorrected():
            return f"a note corrected to “{step.text}”: {step.reason}"
        case WithdrawNote() | NoteWithdrawn():
            return f"a note withdrawn: {step.reason}"
        case BallotPaperAmended() | NightAmended():
            return f"{_amended(step)}, {in_words(night, step)}{_because(step.reason)}"
        case AmendBallotPaper() | AmendNight():
            return f"{_amended(step)}{_because(step.reason)}"
        case ShowPhoto():
            return f"a photograph of the result sheet ({step.sha256[:12]})"
        case HidePhoto():
            return f"a photograph of the result sheet ({step.sha256[:12]}) hidden: {step.reason}"
        case HoldNight() | NightHeld():
            return "the night held"
        case ReleaseNight() | NightReleased():
            return "the night released"


def act_told(night: Night, desk: Desk, act: AnyAct) -> str:
    """What a person did, in words."""
    if isinstance(act, InTheHall):
        return told_of_the_hall(desk, act)
    if isinstance(act, HookAct):
        return hook_told(act)
    if isinstance(act, InvitationAct):
        return told_of_people(desk, act)
    match act:
        case EntryChosen():
            who = "Two people key each result" if act.entry == "double" else "One person keys each result"
            return who if act.apart is UNSET else f"{who}, block votes {'apart' if act.apart else 'not apart'}"
        case Invited():
            contests = ", ".join(night.counts[ballot].contest.name for ballot in act.ballots)
            return f"Invited {act.name} as {act.role}{' for ' if contests else ''}{contests}"
        case PinChosen():
            return "Opened the invitation, and chose a PIN"
        case SignedIn():
            return "Signed in"
        case PinMistaken():
            return "A wrong PIN"
        case PapersVerified():
            issued = "" if act.issued is None else f" of {act.issued:,} expected"
            return f"Verified: {act.papers:,} ballot papers counted{issued}"
        case SheetKeyed():
            return f"Keyed the {act.role}’s sheet{' again' if act.replaces else ''}"
        case KeyedAgain():
            return _looked_again(desk, act)
        case CorrectionBegun():
            return f"{'Began to put a slip right' if act.slip else 'Began a revision'}: {act.reason}"
        case ChangeConfirmed():
            return "Confirmed a correction that changes who is elected"
        case CorrectionDropped():
            return "Dropped it: the declared figures stand"
        case Asked():
            return sentence_case(command_told(night, act.command))
        case ReplaySet():
            return f"Replay: {replay_told(act)}"
        case Dropped():
            return f"Could not go out: {act.why}"
        case EventLost():
            return f"Lost event {act.lost}, which {act.asked_by} had sent at {clock(act.announced)}"


def sentence_case(words: str) -> str:
    """The words with a capital letter at the beginning."""
    return words[:1].upper() + words[1:]


def reasons_told(reasons: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """Pairs of what was unusual and why it is true; ``reasons``: check code → why."""
    return tuple((CHECKS[code].what if code in CHECKS else code, why) for code, why in reasons.items())


def time_told(moment: datetime | None) -> str:
    """A time of day, or "unknown"."""
    return clock(moment) if moment else "unknown"


def _amended(step: AmendBallotPaper | BallotPaperAmended | AmendNight | NightAmended) -> str:
    paper = isinstance(step, AmendBallotPaper | BallotPaperAmended)
    return "the ballot paper put right" if paper else "the night put right"


def _looked_again(desk: Desk, act: KeyedAgain) -> str:
    """That somebody keyed figures again, and in how many they differ from the sheet; not which they are."""
    sheet = desk.log[act.sheet - 1]
    assert isinstance(sheet, SheetKeyed), "what is keyed again is of a sheet"
    rows, unlike = len(act.figures), len(differing_again(sheet, act))
    told = f"{rows} rows" if rows > 1 else "a row"
    return f"Looked at the paper again, and keyed {told}: {f'{unlike} differ' if unlike else 'as on the sheet'}"


def _because(reason: str) -> str:
    return f": {reason}" if reason else ""


def _verdict(night: Night, ballot: str, figures: Figures) -> str:
    return judge(night.counts[ballot].contest, figures).verdict.text(night.parties)
