"""Many writers of one process, what they ask of Redis, and news of a round that is over."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence

import pytest
from msgspec.structs import replace

from server.count.board.render import DeskRenderer
from server.election.commands import OpenNight, PostNote
from server.election.counting.acts import AnyAct, Asked, Stamp
from server.election.counting.desk import fold_acts
from server.election.deciding.decide import decide
from server.election.events import AnyEvent
from server.election.nights import GapInNight, fold
from server.live.history import History
from server.live.private import PrivateChannel
from server.stream.codec import encode
from server.stream.embedded import Embedded, socket_path
from server.stream.events import EventStream, StreamUnavailable
from server.stream.follow import Acted, Arrived, Erased, News, Opened
from server.stream.ledger import Ledger, Stands
from server.stream.reading import Position, Since, mark_after
from server.stream.submit import Submitter
from server.stream.watching.watcher import ask
from tests.conftest import until
from tests.nights_by_hand import START, declare, definition

NIGHT = "night"
REASONS = {"turnout-out-of-range": "A small hall.", "share-far-from-baseline": "It is."}
OPENING = OpenNight(id="open", by="desk", night=definition(NIGHT))


ANEW = [decide(None, OPENING, START)]
for _seat in range(3):
    ANEW.append(decide(fold(ANEW), declare(_seat), START))


class Late(EventStream):
    """A Redis whose replies come when the test says."""

    def __init__(self) -> None:
        super().__init__("redis://nobody.invalid")
        self.replies: list[asyncio.Future[Since]] = []
        self.meanwhile: Callable[[], object] = lambda: None

    async def look(self, night: str, known: Position) -> Since:
        self.replies.append(asyncio.get_running_loop().create_future())
        return await self.replies[-1]

    async def append(self, night: str, entry: AnyEvent | AnyAct, known: Position) -> str:
        self.meanwhile()
        return "its mark"


async def test_an_older_reply_does_not_take_a_night_back() -> None:
    late = Late()
    ledger = Ledger(late)
    first, second = [asyncio.create_task(ledger.look(NIGHT)) for _ in range(2)]
    await until(lambda: len(late.replies) == 2)
    late.replies[1].set_result(Since(True, "0-0", tuple(ANEW[:3]), ()))
    assert (await second).position.events == 3
    late.replies[0].set_result(Since(True, "0-0", tuple(ANEW[:2]), ()))
    await until(lambda: len(late.replies) == 3, "another look")
    late.replies[2].set_result(Since(False, "0-0", tuple(ANEW[3:]), ()))
    assert (await first).position.events == ledger.known(NIGHT).position.events == 4


def other_history(seats: Sequence[int], before: Sequence[AnyEvent]) -> tuple[list[AnyEvent], str]:
    """What a server wrote after these events, by programs of other names; with the mark of its last event."""
    events, mark = list(before), ""
    for seat in seats:
        events.append(decide(fold(events), replace(declare(seat), id=f"other-{seat}"), START))
    for event in events:
        mark = mark_after(mark, encode(event))
    return events[len(before) :], mark


@pytest.mark.parametrize("heard", ["while it is read", "after it was read"])
async def test_what_a_primary_that_was_replaced_had_given_is_not_mixed_with_what_is_read(
    stream: EventStream, heard: str
) -> None:
    ours, theirs = Submitter(stream), Submitter(stream)
    await ours.submit(NIGHT, OPENING, START)
    ledger = Ledger(stream)
    await ledger.look(NIGHT)
    lost, mark = other_history((0, 1), await stream.read(NIGHT))
    ledger.hear(Opened(NIGHT, "0-0"))
    for seat in (0, 1, 2):
        await theirs.submit(NIGHT, declare(seat), START)
    if heard == "while it is read":
        looking = asyncio.create_task(ledger.look(NIGHT))
        await asyncio.sleep(0)
        ledger.hear(Arrived(NIGHT, tuple(lost), mark=mark))
        await looking
    else:
        ledger.hear(Arrived(NIGHT, tuple(lost), mark=mark))
        all_of_it = tuple(await stream.read(NIGHT))
        ledger.hear(Arrived(NIGHT, all_of_it[1:], mark=(await ours.look(NIGHT)).event_mark))
    for seat in (0, 1, 2):
        stored, again = await ledger.put(
            NIGHT, f"declare-{seat}", "events", lambda at, seat=seat: decide(at.night, declare(seat), START)
        )
        assert (stored.seq, again) == (seat + 2, True)
    assert [event.command_id for event in await stream.read(NIGHT)] == ["open", "declare-0", "declare-1", "declare-2"]


async def test_what_was_written_before_a_night_began_anew_is_a_receipt_and_adds_nothing() -> None:
    late = Late()
    ledger = Ledger(late)
    news: list[News] = [Opened(NIGHT, "0-0"), Arrived(NIGHT, tuple(ANEW[:3]))]
    for one in news:
        ledger.hear(one)
    anew = (Erased(NIGHT, went_back=True), Opened(NIGHT, "0-0"), Arrived(NIGHT, tuple(ANEW[:2])))
    late.meanwhile = lambda: [ledger.hear(one) for one in anew]
    written, again = await ledger.put(NIGHT, ANEW[3].command_id, "events", lambda stands: ANEW[3])
    assert (written, again) == (ANEW[3], False)
    assert ledger.known(NIGHT).position.events == 2
    old = Arrived(NIGHT, (ANEW[3],))
    assert ledger.hear(old) is old, "what something is missing before is left to who has it"


async def test_more_who_write_at_once_than_may_try_again_are_all_served(stream: EventStream) -> None:
    submitter = Submitter(stream)
    await submitter.submit(NIGHT, OPENING, START)
    notes = [PostNote(id=f"note-{number}", by="desk", text=f"Note {number}.") for number in range(250)]
    receipts = await asyncio.gather(*(submitter.submit(NIGHT, note, START) for note in notes))
    assert [receipt.seq for receipt in receipts] == list(range(2, 252)), "in the order in which they came"


class Away(EventStream):
    """A Redis that does not answer; ``asked`` is how often it was asked."""

    asked = 0

    async def append(self, night: str, entry: AnyEvent | AnyAct, known: Position) -> str:
        self.asked += 1
        await asyncio.sleep(0)
        raise StreamUnavailable("Redis did not answer.")


async def test_where_redis_is_away_all_in_line_are_told_as_soon_as_the_first() -> None:
    def opened(stands: Stands) -> AnyEvent:
        return decide(stands.night, OPENING, START)

    away = Away("redis://nobody.invalid")
    ledger = Ledger(away)
    answers = await asyncio.gather(
        *(ledger.put(NIGHT, "open", "events", opened) for _ in range(20)), return_exceptions=True
    )
    assert all(isinstance(answer, StreamUnavailable) for answer in answers)
    assert away.asked == 1
    with pytest.raises(StreamUnavailable):
        await ledger.put(NIGHT, "open", "events", opened)
    assert away.asked == 2, "who comes later tries for itself"


async def test_three_hundred_who_ask_at_once_wait_for_one_another_and_not_for_a_redis_that_is_away(
    stream: EventStream,
) -> None:
    submitter = Submitter(stream)
    await submitter.submit(NIGHT, OPENING, START)
    stands = await asyncio.gather(*(submitter.look(NIGHT) for _ in range(300)))
    assert [known.position.events for known in stands] == [1] * 300


async def test_a_declaration_asks_redis_twice_for_its_two_entries(redis: Embedded, stream: EventStream) -> None:
    submitter = Submitter(stream)
    await submitter.submit(NIGHT, OPENING, START)
    before = asked_for(redis)
    stamp = Stamp(seq=0, at=START, by="officer", invitation="", device="", command_id="ask")
    receipt = await submitter.ask(NIGHT, Asked(**stamp, command=declare(0), reasons=REASONS))
    assert receipt and not receipt.repeated
    assert asked_for(redis) - before == Counter({"eval": 2})


async def test_what_is_heard_of_a_round_that_is_over_is_passed_over(stream: EventStream) -> None:
    ours, theirs = Submitter(stream), Submitter(stream)
    await ours.submit(NIGHT, OPENING, START)
    old = await stream.read(NIGHT)
    await ours.submit(NIGHT, declare(0), START)
    assert await stream.begin_again(NIGHT, (2, 0), old[0], ())
    begun = await theirs.look(NIGHT)
    await theirs.submit(NIGHT, declare(1), START)

    async def news() -> AsyncIterator[News]:
        yield Opened(NIGHT)  # a follower that is behind
        yield Arrived(NIGHT, tuple(old))
        yield Opened(NIGHT, begun.round)
        yield Arrived(NIGHT, tuple(await stream.read(NIGHT)))

    known = [theirs.known(NIGHT) async for _ in theirs.heard(news())]
    assert {(stands.round, stands.position.events) for stands in known} == {(begun.round, 2)}
    await ours.submit(NIGHT, declare(2), START)
    assert [event.seq for event in await stream.read(NIGHT)] == [1, 2, 3], "who knew the round before only, read on"


def asked_for(redis: Embedded) -> Counter[str]:
    """Command → how often clients sent it to Redis, without calls within scripts."""
    told = ask(socket_path(redis.folder), b"INFO commandstats").decode()
    return Counter(
        {name: int(calls) for name, calls in re.findall(r"cmdstat_(eval|get|set|waitaof):calls=(\d+)", told)}
    )


async def test_a_night_is_folded_once_and_again_only_where_more_is_known_than_was_heard(stream: EventStream) -> None:
    ours, theirs = Submitter(stream), Submitter(stream)
    await ours.submit(NIGHT, OPENING, START)
    for seat in (0, 1):
        await theirs.submit(NIGHT, declare(seat), START)
    opening, first, second = await stream.read(NIGHT)
    round = (await ours.look(NIGHT)).round

    async def news() -> AsyncIterator[News]:
        yield Opened(NIGHT, round)
        yield Arrived(NIGHT, (opening, first))
        yield Arrived(NIGHT, (second,))

    _, behind, last = [item async for item in ours.heard(news())]
    assert behind == Arrived(NIGHT, (opening, first)), "the ledger had read further"
    assert isinstance(last, Arrived) and last.then is ours.known(NIGHT).night
    history = History(lambda night, event: (), on_air=True)
    for item in (behind, last):
        assert isinstance(item, Arrived)
        history.advance(item.events, item.then)
    assert history.night is last.then and history.night == fold([opening, first, second])
    with pytest.raises(GapInNight):
        History(lambda night, event: (), on_air=True).advance(last.events, last.then)


async def test_the_private_side_is_folded_once_too(stream: EventStream) -> None:
    ours = Submitter(stream)
    await ours.submit(NIGHT, OPENING, START)
    stamp = Stamp(seq=0, at=START, by="officer", invitation="", device="", command_id="ask")
    await ours.ask(NIGHT, Asked(**stamp, command=declare(0), reasons=REASONS))
    acts, stands = tuple(await stream.read_acts(NIGHT)), ours.known(NIGHT)

    async def news() -> AsyncIterator[News]:
        yield Opened(NIGHT, stands.round)
        yield Acted(NIGHT, acts)

    _, heard = [item async for item in ours.heard(news())]
    assert isinstance(heard, Acted) and heard.then is stands.desk
    private = PrivateChannel(DeskRenderer())
    assert private.acted(heard.acts, heard.then) == [] and private.desk is stands.desk == fold_acts(acts)
    with pytest.raises(GapInNight):
        private.acted(heard.acts, heard.then)


async def test_a_night_that_was_erased_is_forgotten(stream: EventStream) -> None:
    ledger = Ledger(stream)
    ledger.hear(Opened(NIGHT, "5-0"))
    ledger.hear(Arrived(NIGHT, (decide(None, OPENING, START),)))
    assert ledger.known(NIGHT).night
    ledger.hear(Erased(NIGHT))
    assert ledger.known(NIGHT) == Stands()
