"""Makes a night's definition of a sheet, or says what is wrong at which field. Pure: nothing is stored or opened."""

from datetime import date, datetime, time

from msgspec import UNSET, Struct, UnsetType

from server.election.clock import LONDON
from server.election.contests import Candidate, Contest, Definition, slug_of
from server.election.counting.acts import EntryMode
from server.election.events import NoPollState
from server.election.limits import LONGEST_NAME, LONGEST_TITLE, MOST_CANDIDATES, MOST_CONTESTS
from server.election.methods.rules import MethodName
from server.election.texts.said import _, say
from server.nights.coming.bodies import SUPPLEMENTARY, bodies_of, body_id, with_bodies
from server.nights.coming.reading import day_of, no_day, short
from server.nights.coming.seats import nearest
from server.nights.coming.sheet import UNSAID, Fault, Sheet, TypedCandidate, TypedContest
from server.nights.coming.standings import PartyReader
from server.nights.format import BALLOT
from server.nights.sources.ballots import slug
from server.nights.sources.checking import CANCELLED, UNCONTESTED
from server.nights.sources.columns import GSS

NATIONS = ("England", "Scotland", "Wales", "Northern Ireland")
_EVE = "the eve of the poll"
_HINTS = 20  # faults after which no seat is looked for: a search takes milliseconds, and a file has hundreds of seats


class Made(Struct, frozen=True):
    """A night that can be opened.

    ``expected`` is ballot id → when its declaration is expected, ``no_polls`` why there is nothing to count, and a
    sentence. ``entry`` and ``apart`` say how its results are keyed.
    """

    definition: Definition
    expected: dict[str, datetime]
    no_polls: dict[str, tuple[NoPollState, str]]
    entry: EntryMode
    apart: bool = False


class NotMade(Exception):
    """A sheet of which no night can be made yet; ``faults`` is everything that is wrong, in the order of the sheet."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("\n".join(fault.sentence for fault in faults))
        self.faults = faults


def made(sheet: Sheet) -> Made:
    """The night that a sheet describes; NotMade with every fault of it."""
    maker = _Maker(sheet)
    night = maker.night()
    if maker.faults:
        raise NotMade(tuple(maker.faults))
    assert night is not None
    return night


def faults_of(sheet: Sheet) -> tuple[Fault, ...]:
    """Everything that is wrong with a sheet; none if a night can be made of it."""
    try:
        made(sheet)
    except NotMade as error:
        return error.faults
    return ()


class _Maker(PartyReader):
    def __init__(self, sheet: Sheet) -> None:
        super().__init__()
        self.sheet = with_bodies(sheet)
        self.nations: dict[str, tuple[str, str]] = {}  # body → the nation and region of its contests, said once
        for one in reversed(self.sheet.contests):
            if one.nation.strip():
                self.nations[one.body] = one.nation.strip(), one.region.strip()

    def night(self) -> Made | None:
        sheet = self.sheet
        title = self.text("title", sheet.title, say("Say what the night is called, such as Clacton by-election."))
        day = day_of(sheet.date)
        if day is None:
            sentence = no_day(sheet.date) if sheet.date.strip() else say("Say on which day the poll is.")
            self.wrong("date", sentence)
        closes = self.clock("closes", sheet.closes, say("Say when the polls close: 22:00."))
        baseline = self.text("baseline", sheet.baseline, "")
        if sheet.entry not in ("single", "double"):
            self.wrong("entry", say("Say whether one person keys each result, or two."))
        if not sheet.contests:
            self.wrong("title", say("There is no contest in it yet."))
        if len(sheet.contests) > MOST_CONTESTS:
            message = _("Those are %(number)s contests: a night has at most %(most)s.")
            self.wrong("title", say(message, number=len(sheet.contests), most=str(MOST_CONTESTS)))
            return None
        closing = datetime.combine(day or date(2000, 1, 1), closes or time(22), LONDON)
        contests, expected = list[Contest](), dict[str, datetime]()
        for place, one in enumerate(sheet.contests):
            contest = self.contest(place, one, closing)
            if any(contest.slug == other.slug for other in contests) and contest.slug:
                self.wrong(
                    f"{place}.seat", say("%(contest)s is in this night already.", contest=contest.name), one.line
                )
            elif contest.gss and any(contest.gss == other.gss for other in contests):
                message = _("%(code)s is the code of another contest of this night.")
                self.wrong(f"{place}.gss", say(message, code=contest.gss), one.line)
            contests.append(contest)
            if moment := self.moment(f"{place}.expected", one.expected, one.line, closing):
                expected[contest.ballot] = moment
        if not baseline and any(contest.previous for contest in contests):
            message = _("Say which election the previous results are from, such as 2024 general election.")
            self.wrong("baseline", say(message))
        bodies = bodies_of(self, sheet.bodies, contests)
        if self.faults or day is None:
            return None
        general = not bodies and not any(".by." in contest.ballot for contest in contests)
        definition = Definition(
            id=_id(contests, day),
            title=title,
            date=day,
            polls_close=closing,
            baseline=baseline if any(contest.previous for contest in contests) else "",
            parties=tuple(self.parties[party] for party in sorted(self.parties)),
            contests=tuple(sorted(contests, key=lambda one: one.name)),
            seats=len(contests) if general else 0,
            attribution=self.sheet.attribution,
            bodies=bodies or UNSET,
            control_baseline=_EVE if any(body.control is not None for body in bodies) else UNSET,
        )
        no_polls = {
            contest.ballot: _no_poll(contest)
            for contest, one in zip(contests, sheet.contests, strict=True)
            if one.cancelled
        }
        entry: EntryMode = "double" if sheet.entry == "double" else "single"
        return Made(definition, expected, no_polls, entry, bool(sheet.apart))

    def contest(self, place: int, one: TypedContest, closing: datetime) -> Contest:
        at, before = f"{place}.", len(self.faults)
        name = self.text(f"{at}seat", one.seat, say("Say which seat this is."), one.line)
        gss, (nation, shared) = one.gss.strip(), self.nations.get(one.body, ("", ""))
        nation = one.nation.strip() or (nation if one.body else "")
        if gss and not GSS.fullmatch(gss):
            self.wrong(f"{at}gss", say("%(code)s is no code such as E14001174.", code=short(gss)), one.line)
        if not (nation or gss or one.body) and len(self.faults) < _HINTS and (near := nearest(name)):
            message = _("No seat of the House is called %(name)s. Is it %(near)s?")
            self.wrong(f"{at}seat", say(message, name=short(name), near=near), one.line)
        if nation not in NATIONS:
            message = _("%(nation)s is none of the nations: England, Scotland, Wales or Northern Ireland.")
            missing = say("Say in which nation: England, Scotland, Wales or Northern Ireland.")
            self.wrong(f"{at}nation", say(message, nation=short(nation)) if nation else missing, one.line)
        region = one.region.strip() or ("" if nation == "England" else nation)
        missing = "" if one.body else say("Say in which region of England.")
        region = self.text(f"{at}region", region or (shared if one.body else ""), missing, one.line)
        ballot = one.ballot.strip() or self.ballot(one, name, closing)
        if name and not (BALLOT.fullmatch(ballot) and slug_of(ballot) and body_id(ballot) == one.body):
            message = _("%(name)s cannot be the name of a seat: no address can be made of it.")
            self.wrong(f"{at}seat", say(message, name=short(name)), one.line)
        elif one.ballot.strip() and not ballot.endswith(f".{closing.date()}"):
            self.wrong(f"{at}seat", say("%(ballot)s is the ballot of another day.", ballot=ballot), one.line)
        electorate = self.number(f"{at}electorate", one.electorate, one.line)
        held = self.standing(f"{at}held", one.held, nation, one.line, "Labour, 2", "seats")
        previous = self.previous(f"{at}previous", one.previous, nation, one.line, held)
        elects = self.seats(f"{at}seats", one)
        if 0 < elects < (sum_held := sum(held.values())):
            message = _("%(held)s seats are more than the %(up)s that are fought here.")
            self.wrong(f"{at}held", say(message, held=sum_held, up=elects), one.line)
        if elects > 1 and not one.body.startswith("local."):
            self.wrong(f"{at}seats", say("Several are elected only to a council."), one.line)
        method: MethodName | UnsetType = SUPPLEMENTARY if one.method == SUPPLEMENTARY else UNSET
        fits = one.body.startswith(("mayor.", "pcc.")) if method else one.method in ("", "plurality")
        if not fits:
            message = _("Results here cannot be entered by %(method)s.")
            self.wrong(f"{at}method", say(message, method=short(one.method)), one.line)
        candidates = self.candidates(place, one, nation)
        if not candidates and len(self.faults) == before:
            self.wrong(f"{at}candidates", say("There is no candidate yet."), one.line)
        figures, seats = (electorate or 0, candidates, previous), elects if elects > 1 else UNSET
        body = one.body or UNSET
        return Contest(ballot, name, gss, region, nation, *figures, elects=seats, method=method, body=body)

    def seats(self, field: str, one: TypedContest) -> int:
        """How many are elected; 1 where nobody says it of what was typed, 0 or less after a fault."""
        if one.seats.strip() == UNSAID:
            self.wrong(field, say("Say how many are elected: the export does not."), one.line)
            return 0
        number = self.number(field, one.seats, one.line)
        if number == 0:
            self.wrong(field, say("At least one is elected."), one.line)
        return 1 if number is None else number

    def ballot(self, one: TypedContest, name: str, closing: datetime) -> str:
        """The id of a ballot that no source has given: a seat of the House, or the only ward of a council, is fought in
        a by-election."""
        if one.body.startswith(("mayor.", "pcc.")):
            return f"{one.body}.{closing.date()}"
        alone = sum(other.body == one.body for other in self.sheet.contests) == 1
        middle = "by." if alone or not one.body else ""
        return f"{one.body or 'parl'}.{slug(name)}.{middle}{closing.date()}"

    def candidates(self, place: int, one: TypedContest, nation: str) -> tuple[Candidate, ...]:
        found, seen = list[Candidate](), dict[tuple[str, ...], int]()
        if len(one.candidates) > MOST_CANDIDATES:
            message = _("Those are %(number)s candidates: a ballot paper here has at most %(most)s.")
            sentence = say(message, number=len(one.candidates), most=MOST_CANDIDATES)
            self.wrong(f"{place}.{MOST_CANDIDATES}.surname", sentence)
            return ()
        for row, typed_row in enumerate(one.candidates):
            if typed_row.is_empty:
                continue
            at = f"{place}.{row}."
            candidate = self.candidate(at, typed_row, nation, str(len(found) + 1))
            same = (candidate.name, candidate.party, typed_row.person, candidate.description or "")
            if same in seen and candidate.party:
                message = _("This is the same as row %(row)s. Two people of one name need what tells them apart.")
                self.wrong(f"{at}surname", say(message, row=seen[same]), typed_row.line)
            seen.setdefault(same, row + 1)
            found.append(candidate)
        return tuple(found)

    def candidate(self, at: str, one: TypedCandidate, nation: str, id: str) -> Candidate:
        surname = self.text(f"{at}surname", one.surname, say("Say the candidate’s surname."), one.line)
        first = self.text(f"{at}first_names", one.first_names, "", one.line)
        name = f"{first} {surname}".strip()
        if len(name) > LONGEST_NAME and max(len(first), len(surname)) <= LONGEST_TITLE:
            message = _("A name has at most %(most)s characters, and this one %(length)s.")
            self.wrong(f"{at}surname", say(message, most=LONGEST_NAME, length=len(name)), one.line)
        party = self.party(f"{at}party", one.party, nation, bool(one.new), one.line)
        description = self.text(f"{at}description", one.description, "", one.line)
        return Candidate(id, name, party, bool(one.sitting), description or UNSET)


def _no_poll(contest: Contest) -> tuple[NoPollState, str]:
    """Why no poll is taken: there are no more candidates than seats, or it was cancelled."""
    if len(contest.candidates) == 1:
        return UNCONTESTED
    if len(contest.candidates) <= contest.seats:
        return "uncontested", "No more candidates stand nominated than there are seats: no poll is taken."
    return CANCELLED


def _id(contests: list[Contest], day: date) -> str:
    if len(contests) == 1:
        return contests[0].ballot
    by = "by." if any(".by." in contest.ballot for contest in contests) else ""
    bodies = {body_id(contest.ballot) for contest in contests}
    if len(bodies) == 1 and "" not in bodies and not by:
        return f"{bodies.pop()}.{day}"
    kind = "parl" if "" in bodies else "local"
    return f"{kind}.{by}{day}"
