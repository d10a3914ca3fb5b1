"""Drafts on a real server: stored by who has seen the newest, bounded, due at their time."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec import Raw
from msgspec.structs import replace
from structlog.testing import capture_logs

from server.count.setup.opening import open_due
from server.nights.kept import Kept
from server.stream import drafts as module
from server.stream.drafts import DraftConflict, Drafts, Stored, TooManyDrafts
from server.stream.events import EventStream

AT = datetime(2026, 11, 26, 20, tzinfo=UTC)


@pytest.fixture
def drafts(stream: EventStream) -> Drafts:
    return Drafts(stream)


def version(number: int, text: str = '"x"') -> Stored:
    return Stored(number, AT, "Ann", Raw(text.encode()))


async def test_only_who_has_seen_the_newest_version_replaces_it(drafts: Drafts) -> None:
    await drafts.put("a", version(1))
    for number in (1, 3):
        with pytest.raises(DraftConflict):
            await drafts.put("a", version(number, '"other"'))
    await drafts.put("a", version(2, '"second"'))
    assert await drafts.newest("a") == version(2, '"second"')
    assert await drafts.earlier("a", 1) == version(1)
    assert list(await drafts.listed()) == ["a"]
    with pytest.raises(DraftConflict):
        await drafts.put("gone", version(2))


async def test_a_draft_that_cannot_be_read_hides_no_other_and_stops_nobody(drafts: Drafts, stream: EventStream) -> None:
    await drafts.put("a", version(1))
    for draft in ("b", b"\xff"):
        await drafts.call("HSET", "{drafts}", draft, '{"version":"newer"}')
        await drafts.call("ZADD", "{drafts}:due", 1, draft)
    listed = dict(await drafts.listed())
    assert listed.pop("a") == version(1) and len(listed) == 2
    assert all("cannot read" in str(why) for why in listed.values())
    await drafts.put("c", Stored(1, AT, "Ann", Raw(b"5"), opens=AT))  # which is no sheet
    unread = set[str]()
    with capture_logs() as lines:
        for _ in range(2):
            await open_due(stream, drafts, Kept(Path("nowhere")), unread)
    assert [line["draft"] for line in lines] == ["b"]
    stored = await drafts.newest("c")
    assert stored and "cannot read" in stored.failed and stored.opens is None
    await drafts.drop("b")
    assert "b" not in await drafts.listed()


async def test_ten_earlier_versions_are_kept(drafts: Drafts) -> None:
    for number in range(1, 15):
        await drafts.put("a", version(number))
    kept = [number for number in range(1, 15) if await drafts.earlier("a", number)]
    assert kept == list(range(4, 14))
    await drafts.drop("a")
    assert not [number for number in range(1, 15) if await drafts.earlier("a", number)]


async def test_there_are_at_most_so_many_and_none_is_larger_than_it_may_be(
    drafts: Drafts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_DRAFTS", 2)
    for name in ("a", "b"):
        await drafts.put(name, version(1))
    with pytest.raises(TooManyDrafts, match="2 drafts already"):
        await drafts.put("c", version(1))
    with pytest.raises(TooManyDrafts, match="more than the 1 MB"):
        await drafts.put("a", version(2, f'"{"x" * module.MOST_BYTES}"'))


async def test_a_draft_is_due_from_its_time_on_until_it_has_none_or_is_gone(drafts: Drafts) -> None:
    await drafts.put("a", replace(version(1), opens=AT))
    await drafts.put("b", replace(version(1), opens=AT))
    assert await drafts.due(AT - timedelta(seconds=1)) == []
    assert await drafts.due(AT) == ["a", "b"]
    await drafts.put("a", version(2))
    assert await drafts.due(AT) == ["b"]
    await drafts.drop("b", became="a-night")
    assert await drafts.due(AT) == []
    assert (await drafts.became("b"), await drafts.became("a")) == ("a-night", "")
