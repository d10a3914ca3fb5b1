"""Acts and commands in words, and what each of them changed. Nothing is decided here."""

from datetime import datetime

from msgspec import UNSET

from server.count.board.hall_wording import told_of_the_hall
from server.count.board.hook_wording import hook_told
from server.count.board.person_wording import told_of_people
from server.count.board.replay_wording import replay_told
from server.count.board.verdict_told import verdict_told
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
from server.election.texts.said import Said, _, say
from server.election.texts.several import listed
from server.election.texts.words import NO_POLL, ROLES
from server.election.verdict import judge
from server.html.templates import clock


def command_told(night: Night, step: PublicCommand | FeedEvent) -> Said:
    """A command that was asked for, or a public event, in words."""
    match step:
        case ReachStage() | StageReached():
            return _stage(step)
        case TakeBackStage() | StageTakenBack():
            return say("taken back, %(stage)s: %(reason)s", stage=_stage(step), reason=step.reason)
        case ReportPreferences() | PreferencesReported():
            return _because(say("the first preferences"), step.reason)
        case Declare() | Declared():
            return say("the declaration, %(verdict)s", verdict=_verdict(night, step))
        case Correct() | Corrected():
            message = _("a slip put right, %(verdict)s: %(reason)s")
            revised = _("figures revised, %(verdict)s: %(reason)s")
            return say(message if step.slip else revised, verdict=_verdict(night, step), reason=step.reason)
        case Withdraw() | Withdrawn():
            return say("withdrawal: %(reason)s", reason=step.reason)
        case RecordNoPoll() | NoPollTaken():
            return _because(NO_POLL[step.state], step.reason)
        case ExpectDeclaration():
            if step.expected is None:
                return say("expected time unknown")
            return say("declaration expected at %(time)s", time=clock(step.expected))
        case PostNote() | NotePosted():
            return say("a note: “%(text)s”", text=step.text)
        case CorrectNote() | NoteCorrected():
            return say("a note corrected to “%(text)s”: %(reason)s", text=step.text, reason=step.reason)
        case WithdrawNote() | NoteWithdrawn():
            return say("a note withdrawn: %(reason)s", reason=step.reason)
        case BallotPaperAmended() | NightAmended():
            return _because(listed([_amended(step), in_words(night, step)]), step.reason)
        case AmendBallotPaper() | AmendNight():
            return _because(_amended(step), step.reason)
        case ShowPhoto():
            return say("a photograph of the result sheet (%(sha)s)", sha=step.sha256[:12])
        case HidePhoto():
            message = _("a photograph of the result sheet (%(sha)s) hidden: %(reason)s")
            return say(message, sha=step.sha256[:12], reason=step.reason)
        case HoldNight() | NightHeld():
            return say("the night held")
        case ReleaseNight() | NightReleased():
            return say("the night released")


def act_told(night: Night, desk: Desk, act: AnyAct) -> Said:
    """What a person did, in words."""
    if isinstance(act, InTheHall):
        return told_of_the_hall(desk, act)
    if isinstance(act, HookAct):
        return hook_told(act)
    if isinstance(act, InvitationAct):
        return told_of_people(desk, act)
    match act:
        case EntryChosen():
            who = say("Two people key each result") if act.entry == "double" else say("One person keys each result")
            apart = say("block votes apart") if act.apart else say("block votes not apart")
            return who if act.apart is UNSET else listed([who, apart])
        case Invited() if act.ballots:
            contests = listed([night.counts[ballot].contest for ballot in act.ballots])
            message = _("Invited %(name)s as %(role)s for %(contests)s")
            return say(message, name=act.name, role=ROLES[act.role], contests=contests)
        case Invited():
            return say("Invited %(name)s as %(role)s", name=act.name, role=ROLES[act.role])
        case PinChosen():
            return say("Opened the invitation, and chose a PIN")
        case SignedIn():
            return say("Signed in")
        case PinMistaken():
            return say("A wrong PIN")
        case PapersVerified():
            if act.issued is None:
                return say("Verified: %(papers)s ballot papers counted", papers=act.papers)
            message = _("Verified: %(papers)s ballot papers counted of %(expected)s expected")
            return say(message, papers=act.papers, expected=act.issued)
        case SheetKeyed():
            again = _("Keyed the %(role)s’s sheet again")
            return say(again if act.replaces else _("Keyed the %(role)s’s sheet"), role=ROLES[act.role])
        case KeyedAgain():
            return _looked_again(desk, act)
        case CorrectionBegun():
            return _because(say("Began to put a slip right") if act.slip else say("Began a revision"), act.reason)
        case ChangeConfirmed():
            return say("Confirmed a correction that changes who is elected")
        case CorrectionDropped():
            return say("Dropped it: the declared figures stand")
        case Asked():
            return command_told(night, act.command)
        case ReplaySet():
            return say("Replay: %(how)s", how=replay_told(act))
        case Dropped():
            return say("Could not go out: %(why)s", why=say(act.why))
        case EventLost():
            message = _("Lost event %(event)s, which %(who)s had sent at %(time)s")
            return say(message, event=str(act.lost), who=act.asked_by, time=clock(act.announced))


def reasons_told(reasons: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """Pairs of what was unusual and why it is true; ``reasons``: check code → why."""
    return tuple((say(CHECKS[code].what) if code in CHECKS else code, why) for code, why in reasons.items())


def time_told(moment: datetime | None) -> str:
    """A time of day, or "unknown"."""
    return clock(moment) if moment else say("unknown")


def _stage(step: ReachStage | StageReached | TakeBackStage | StageTakenBack) -> Said:
    stage = STAGES[step.stage]
    return stage if step.papers is None else listed([stage, step.papers], ": ")


def _amended(step: AmendBallotPaper | BallotPaperAmended | AmendNight | NightAmended) -> Said:
    paper = isinstance(step, AmendBallotPaper | BallotPaperAmended)
    return say("the ballot paper put right") if paper else say("the night put right")


def _looked_again(desk: Desk, act: KeyedAgain) -> Said:
    """That somebody keyed figures again, and in how many they differ from the sheet; not which they are."""
    sheet = desk.log[act.sheet - 1]
    assert isinstance(sheet, SheetKeyed), "what is keyed again is of a sheet"
    rows, unlike = len(act.figures), len(differing_again(sheet, act))
    told = say("%(number)s rows", number=rows) if rows > 1 else say("a row")
    found = say("%(number)s differ", number=unlike) if unlike else say("as on the sheet")
    return say("Looked at the paper again, and keyed %(rows)s: %(found)s", rows=told, found=found)


def _because(told: Said, reason: str) -> Said:
    return listed([told, reason], ": ") if reason else told


def _verdict(night: Night, step: Declare | Declared | Correct | Corrected) -> Said:
    return verdict_told(judge(night.counts[step.ballot].contest, step).verdict, night.parties)
