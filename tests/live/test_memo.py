"""What is remembered: it is bounded in bytes, the least recently used goes first, and nothing outlives its owner."""

import gc
from collections.abc import Callable
from random import Random
from typing import Any, cast

import brotli  # pyright: ignore[reportMissingTypeStubs]

from server.live.frames import Message
from server.live.memory.bodies import Body
from server.live.memory.memo import Memo, Shelf
from tests.conftest import until

_BESIDE = 500  # bytes that a remembered value takes beside the value itself


def made(shelf: Shelf, name: str, size: int, version: object = None) -> bool:
    """Whether a value of so many bytes had to be made."""
    calls: list[str] = []

    def make() -> bytes:
        calls.append(name)
        return b"x" * size

    assert shelf.get(name, make, version) == b"x" * size
    return bool(calls)


def test_what_is_remembered_is_made_once_and_anew_for_another_version() -> None:
    shelf = Memo().shelf()
    assert [made(shelf, "page", 10, version) for version in (1, 1, 2, 2, 1)] == [True, False, True, False, True]


def test_the_least_recently_used_goes_first_whoever_owns_it() -> None:
    memo = Memo(limit=3 * (1000 + _BESIDE))
    first, second = memo.shelf(), memo.shelf()
    assert made(first, "a", 1000) and made(second, "b", 1000) and made(first, "c", 1000)
    assert not made(first, "a", 1000)
    assert made(second, "d", 1000)  # which makes the memo forget b
    assert not made(first, "a", 1000) and not made(first, "c", 1000) and made(second, "b", 1000)


def test_never_more_is_remembered_than_the_limit_says() -> None:
    memo, random = Memo(limit=50_000), Random(13)
    shelves = [memo.shelf() for _ in range(3)]
    for turn in range(500):
        size = random.randrange(8000)
        random.choice(shelves).get(random.randrange(40), lambda size=size: b"x" * size, version=turn // 50)
        assert memo.held <= memo.limit
    for shelf in shelves:
        shelf.clear()
    assert (memo.held, len(memo)) == (0, 0)


def test_what_is_larger_than_all_that_may_be_remembered_is_made_each_time() -> None:
    memo = Memo(limit=5000)
    shelf = memo.shelf()
    assert made(shelf, "small", 100) and made(shelf, "large", 9000) and made(shelf, "large", 9000)
    assert not made(shelf, "small", 100)


def test_every_form_of_a_body_and_every_frame_of_a_message_counts() -> None:
    memo = Memo()
    shelf = memo.shelf()
    body = shelf.get("page", lambda: Body(b"a page " * 1000))
    message = shelf.get("frame", lambda: Message("a frame " * 1000))
    forms: tuple[Callable[[], bytes], ...] = (
        lambda: body.gzipped,
        lambda: body.brotli,
        lambda: message.plain,
        lambda: message.deflated,
    )
    for form in forms:
        before = memo.held
        assert memo.held - before == 0
        size = len(form())
        assert memo.held - before == size
        form()
        assert memo.held - before == size
    shelf.clear()
    assert memo.held == 0


async def test_what_is_asked_for_a_third_time_is_soon_smaller_and_what_is_held_of_it_counts_anew() -> None:
    memo = Memo()
    plain = b"".join(b"seat %d, majority %d " % (number, number**3 % 9973) for number in range(500))
    shelf = memo.shelf()
    body = shelf.get("page", lambda: Body(plain))
    before = memo.held
    first = [body.brotli_for_one_more() for _ in range(3)]
    assert first[0] is first[1] is first[2] and memo.held - before == len(first[0])
    await until(lambda: body.brotli is not first[0])
    later = body.brotli_for_one_more()
    assert len(later) < len(first[0]) and cast(Any, brotli).decompress(later) == plain
    assert memo.held - before == len(later)


def test_a_body_that_becomes_too_large_makes_room_for_itself() -> None:
    memo = Memo(limit=4000)
    shelf = memo.shelf()
    body = shelf.get("page", lambda: Body(Random(1).randbytes(2500)))
    assert made(shelf, "other", 100)
    assert len(body.gzipped) > 2500
    assert memo.held <= memo.limit


def test_what_is_remembered_goes_with_its_owner_without_the_collector() -> None:
    memo = Memo()
    gc.disable()
    try:
        shelf = memo.shelf()
        shelf.get("page", lambda: Body(b"a page"))
        assert memo.held > 0
        del shelf
        assert (memo.held, len(memo)) == (0, 0)
    finally:
        gc.enable()


def test_values_that_own_values_go_in_one_piece() -> None:
    class Owner:
        def __init__(self, memo: Memo) -> None:
            self.shelf = memo.shelf()
            self.size = 1000

    memo = Memo(limit=4000)
    shelf = memo.shelf()
    owner = shelf.get("owner", lambda: Owner(memo))
    assert made(owner.shelf, "page", 1000)
    del owner
    assert made(shelf, "other", 2000)  # which makes the memo forget the owner, and with it its values
    assert memo.held <= 2000 + _BESIDE
