"""A newsroom's screens in a real browser: banners take turns, a hold is obeyed, a frame fits into another's page."""

import io
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from threading import Thread
from typing import Any, cast

import pytest
from PIL import Image
from playwright.async_api import Frame, Page, ViewportSize, expect

from server.election.commands import AnyCommand, HoldNight, ReleaseNight, Withdraw
from server.stream.embedded import Embedded
from server.stream.events import EventStream
from server.stream.submit import Submitter
from tests.nights_by_hand import START, ballot, correct, declare, definition, on_the_map
from tests.running import Site, open_then, serving

SEATS = 30
SECOND = 990  # what a timer may take for one
HOLD, RELEASE = HoldNight(id="hold", by="desk"), ReleaseNight(id="release", by="desk")
GAIN, HELD_SEAT = (5, 4), (4, 5)

# Each set of banners that is put up, when, with what they say; and when they go.
LOG = """
    window.log = [];
    const lower = document.getElementById("lower"), shown = document.getElementById("shown");
    const put = (gone) => log.push({
        at: performance.now(),
        ids: gone ? [] : [...shown.children].map((one) => one.dataset.key ?? one.id.replace("banner-seat-", "")),
        text: gone ? "" : shown.innerText,
    });
    const out = () => lower.classList.contains("out");
    new MutationObserver(() => out() || put(false)).observe(shown, {childList: true});
    let was = out();
    new MutationObserver(() => {
        if (out() && !was) put(true);
        was = out();
    }).observe(lower, {attributes: true, attributeFilter: ["class"]});
"""
DOWN = "() => document.querySelector('#lower.out') && !document.querySelector('#arrived > *')"


@pytest.fixture
async def site(redis: Embedded, stream: EventStream, tmp_path: Path) -> AsyncIterator[Site]:
    """A night of thirty Labour seats in a House of a hundred, so that no majority is near, with one declared."""
    await open_then(stream, on_the_map(definition("night", SEATS, seats=100)), "open")
    async with serving(redis.url, tmp_path) as one:
        await submit(stream, [declare(29)])
        yield one


async def submit(stream: EventStream, commands: Sequence[AnyCommand], night: str = "night") -> None:
    submitter = Submitter(stream)
    for command in commands:
        await submitter.submit(night, command, START)


async def open_screen(page: Page, site: Site, address: str = "overlay?seconds=1", night: str = "night") -> None:
    """Open a screen, up to date and with its log begun."""
    await page.clock.install()
    await page.goto(f"{site.url}/nights/{night}/{address}")
    await expect(page.locator("#line")).to_have_attribute("data-state", "up")
    if await page.locator("#shown").count():
        await page.evaluate(f"() => {{{LOG}}}")


async def log_of(page: Page) -> list[dict[str, Any]]:
    return cast(list[dict[str, Any]], await page.evaluate("log"))


async def sets(page: Page, number: int) -> list[list[str]]:
    """The sets of banners so far, [] where none was up, once there are so many."""
    await page.wait_for_function("(number) => log.length >= number", arg=number)
    return [one["ids"] for one in await log_of(page)]


@asynccontextmanager
async def paused(page: Page) -> AsyncGenerator[None]:
    """No time passes in the page meanwhile: whatever is declared is there before the first banner has had its time."""
    await page.clock.pause_at(await page.evaluate("Date.now() + 1_000"))
    yield
    await page.clock.resume()


async def at_seq(page: Page, seq: int) -> None:
    await expect(page.locator("#now")).to_have_attribute("data-seq", str(seq))


async def test_banners_take_turns_for_as_long_as_was_asked_and_none_is_of_before(
    site: Site, viewer: Page, stream: EventStream
) -> None:
    await open_screen(viewer, site)
    await expect(viewer.locator("#lower")).to_be_hidden()
    async with paused(viewer):
        await submit(stream, [declare(0, *GAIN)])
        await at_seq(viewer, 3)
        await submit(stream, [declare(1, *HELD_SEAT), declare(2, *GAIN)])
        await at_seq(viewer, 5)
        await expect(viewer.locator(".headline")).to_have_text("CON GAIN Seat 0 from Labour")
        await expect(viewer.locator(".facts")).to_contain_text("Ann Abel")
        await expect(viewer.locator(".facts")).to_contain_text("majority 1")
    assert await sets(viewer, 4) == [["0"], ["1"], ["2"], []]
    times = [one["at"] for one in await log_of(viewer)]
    assert all(later - earlier >= SECOND for earlier, later in pairwise(times))
    await expect(viewer.locator("#lower")).to_be_hidden()


async def test_a_burst_shows_gains_first_one_by_one_then_the_holds_six_at_a_time(
    site: Site, viewer: Page, stream: EventStream
) -> None:
    await open_screen(viewer, site)
    gains = {5, 14, 19}
    async with paused(viewer):
        await submit(stream, [declare(0, *HELD_SEAT)])
        await at_seq(viewer, 3)
        await submit(stream, [declare(seat, *(GAIN if seat in gains else HELD_SEAT)) for seat in range(1, 20)])
        await at_seq(viewer, 22)
    holds = [str(seat) for seat in range(1, 20) if seat not in gains]
    expected = [["0"], ["5"], ["14"], ["19"], holds[:6], holds[6:12], holds[12:], []]
    assert await sets(viewer, len(expected)) == expected
    assert await viewer.locator("#shown.several").count() == 1


async def test_more_gains_than_can_be_shown_one_by_one_are_shown_together(
    site: Site, viewer: Page, stream: EventStream
) -> None:
    await open_screen(viewer, site)
    async with paused(viewer):
        await submit(stream, [declare(0, *GAIN)])
        await at_seq(viewer, 3)
        await submit(stream, [declare(seat, *GAIN) for seat in range(1, 11)])
        await at_seq(viewer, 13)
    found = await sets(viewer, 6)
    assert found[:6] == [["0"], ["1", "2", "3", "4", "5", "6"], ["7"], ["8"], ["9"], ["10"]]


async def test_while_the_night_is_held_nothing_goes_out_and_then_it_goes_on(
    site: Site, viewer: Page, stream: EventStream
) -> None:
    await open_screen(viewer, site)
    async with paused(viewer):
        await submit(stream, [declare(0)])
        await at_seq(viewer, 3)
        await submit(stream, [declare(1), HOLD])
        await at_seq(viewer, 5)
        await expect(viewer.locator("#lower")).to_be_hidden()
        await expect(viewer.locator(".strip")).to_be_visible()
        await viewer.clock.run_for(60_000)
        assert await sets(viewer, 2) == [["0"], []]
        await submit(stream, [RELEASE])
        await at_seq(viewer, 6)
    # The first is shown again, as the hold came before it had its time.
    assert await sets(viewer, 5) == [["0"], [], ["0"], ["1"], []]


async def test_a_banner_that_waits_goes_out_with_the_corrected_figures_only(
    site: Site, viewer: Page, stream: EventStream
) -> None:
    await open_screen(viewer, site, "overlay?seconds=2")
    async with paused(viewer):
        await submit(stream, [declare(0)])
        await at_seq(viewer, 3)
        await submit(stream, [declare(1, *GAIN), correct(1, 8)])
        await at_seq(viewer, 5)
    assert await sets(viewer, 3) == [["0"], ["1"], []]
    texts = [one["text"] for one in await log_of(viewer)]
    assert "LAB HOLD Seat 1" in texts[1]
    assert "Figures revised" in texts[1]
    assert not any("CON GAIN Seat 1" in text for text in texts)


async def test_a_banner_on_the_screen_is_replaced_the_moment_its_figures_are_corrected_or_withdrawn(
    site: Site, viewer: Page, stream: EventStream
) -> None:
    await open_screen(viewer, site, "overlay?seconds=60")
    await submit(stream, [declare(0, *GAIN), declare(1)])
    await expect(viewer.locator(".headline")).to_have_text("CON GAIN Seat 0 from Labour")
    await submit(stream, [correct(0, 8)])
    await expect(viewer.locator(".headline")).to_have_text("LAB HOLD Seat 0")
    await submit(stream, [Withdraw(id="withdraw", by="desk", ballot=ballot(0), reason="A box was left out.")])
    await expect(viewer.locator(".headline")).to_have_text("Seat 0: result withdrawn")
    await expect(viewer.locator(".facts")).to_have_text("A box was left out.")
    assert [one["ids"] for one in await log_of(viewer)] == [["0"], ["0"], ["0"]]


async def test_what_came_while_the_line_was_down_is_shown_once_and_nothing_twice(
    site: Site, viewer: Page, stream: EventStream
) -> None:
    await open_screen(viewer, site)
    await submit(stream, [declare(0)])
    assert await sets(viewer, 2) == [["0"], []]
    await viewer.context.set_offline(True)
    await viewer.evaluate("htmx.find('#live')._htmx.ws.connection.socket.close()")
    await submit(stream, [declare(1)])
    await viewer.context.set_offline(False)
    assert await sets(viewer, 4) == [["0"], [], ["1"], []]
    # The same message again, as from polling while a line comes back.
    again = await viewer.request.get(f"{site.url}/nights/night/live?contest=overlay&after=1")
    swap = "(text) => htmx.swap({sourceElement: document.body, target: '#live', swap: 'innerHTML', text})"
    await viewer.evaluate(swap, await again.text())
    await submit(stream, [declare(2)])
    assert await sets(viewer, 6) == [["0"], [], ["1"], [], ["2"], []]


async def test_an_overlay_that_is_opened_again_repeats_nothing(site: Site, viewer: Page, stream: EventStream) -> None:
    await open_screen(viewer, site)
    await submit(stream, [declare(seat) for seat in range(8)])
    await expect(viewer.locator(".strip .far")).to_contain_text("9 of 30 declared")
    await open_screen(viewer, site)
    await expect(viewer.locator(".strip .far")).to_contain_text("9 of 30 declared")
    await submit(stream, [declare(8)])
    assert (await sets(viewer, 1))[0] == ["8"]


async def test_a_majority_goes_before_all_that_waits_and_is_said_once(
    site: Site, viewer: Page, stream: EventStream
) -> None:
    await open_then(stream, definition("small", 10, seats=10), "open")
    await viewer.goto(f"{site.url}/nights/small/overlay")
    await open_screen(viewer, site, night="small")
    async with paused(viewer):
        await submit(stream, [declare(0, *GAIN)], "small")
        await at_seq(viewer, 2)
        await submit(stream, [declare(seat, *GAIN) for seat in range(1, 7)], "small")
        await at_seq(viewer, 8)
    assert (await sets(viewer, 2))[:2] == [["0"], ["majority PP52"]]
    assert "CON MAJORITY" in (await log_of(viewer))[1]["text"]
    await viewer.wait_for_function(DOWN)
    await submit(stream, [declare(7)], "small")
    found = await sets(viewer, 6)
    assert [one for one in found if one == ["majority PP52"]] == [["majority PP52"]]
    await open_screen(viewer, site, night="small")
    await submit(stream, [declare(8)], "small")
    assert (await sets(viewer, 1))[0] == ["8"]


async def test_the_map_and_the_score_move_under_the_banners(site: Site, viewer: Page, stream: EventStream) -> None:
    await open_screen(viewer, site)
    await submit(stream, [declare(0, *GAIN)])
    seat = viewer.locator(".hexes [aria-labelledby=row-seat-0]")
    await expect(seat).to_have_attribute("data-party", "PP52")
    box = await seat.bounding_box()
    assert box is not None and box["width"] > 5, "it is drawn, not only there"
    await expect(viewer.locator(".strip li", has_text="Con")).to_contain_text("2")


@pytest.mark.parametrize("size", [(1920, 1080), (1280, 720)])
async def test_an_overlay_is_transparent_but_for_its_plates_which_keep_to_the_safe_area(
    site: Site, viewer: Page, stream: EventStream, size: tuple[int, int]
) -> None:
    width, height = size
    await viewer.set_viewport_size(ViewportSize(width=width, height=height))
    await viewer.emulate_media(color_scheme="dark", reduced_motion="reduce")
    await open_screen(viewer, site, "overlay?seconds=60")
    await submit(stream, [declare(0)])
    await expect(viewer.locator("#lower")).to_be_visible()
    picture = Image.open(io.BytesIO(await viewer.screenshot(omit_background=True))).getchannel("A")
    assert picture.getpixel((width // 3, height // 3)) == 0
    left, top, right, bottom = picture.getbbox() or (0, 0, 0, 0)
    assert (left, top) == (pytest.approx(width * 0.05, abs=2), pytest.approx(height * 0.05, abs=2))
    assert right <= width * 0.95 + 2
    assert bottom == pytest.approx(height * 0.95, abs=2)
    for plate in (".banner", ".strip", ".corner"):
        box = await viewer.locator(plate).first.bounding_box()
        assert box is not None
        middle = round(box["x"] + box["width"] / 2), round(box["y"] + 4)
        assert picture.getpixel(middle) == 255, plate


async def test_with_motion_reduced_a_banner_is_there_at_once(site: Site, viewer: Page, stream: EventStream) -> None:
    await open_screen(viewer, site)
    moving = "() => getComputedStyle(document.querySelector('#shown > *')).animationName"
    await submit(stream, [declare(0)])
    await expect(viewer.locator("#lower")).to_be_visible()
    assert await viewer.evaluate(moving) == "rise"
    await viewer.emulate_media(reduced_motion="reduce")
    assert await viewer.evaluate(moving) == "none"


@pytest.mark.parametrize("size", [(1920, 1080), (3840, 2160), (1080, 1920)])
async def test_a_wall_fits_its_screen_and_keeps_its_last_banner(
    site: Site, viewer: Page, stream: EventStream, size: tuple[int, int]
) -> None:
    await viewer.set_viewport_size(ViewportSize(width=size[0], height=size[1]))
    await open_screen(viewer, site, "wall?seconds=1")
    await expect(viewer.locator("#shown .headline")).to_have_text("CON GAIN Seat 29 from Labour")
    await submit(stream, [declare(seat, *HELD_SEAT) for seat in range(3)])
    await expect(viewer.locator("#shown .headline")).to_have_text("LAB HOLD Seat 2")
    await expect(viewer.locator("#feed > li:visible")).to_have_count(4)
    await expect(viewer.locator("#score")).to_contain_text("Lab")
    await submit(stream, [declare(seat) for seat in range(3, 7)])
    await expect(viewer.locator("#status")).to_contain_text("8 of 30 declared")
    await expect(viewer.locator("#feed > li:visible")).to_have_count(5)
    fits = "(all) => [all.scrollWidth <= innerWidth, all.scrollHeight <= innerHeight]"
    assert await viewer.locator("html").evaluate(fits) == [True, True]
    assert await viewer.evaluate("() => getComputedStyle(document.body).cursor") == "none"
    for part in ("#shown", "#score", ".hexes", "#feed > li:nth-child(5)", "#status"):
        box = await viewer.locator(part).bounding_box()
        assert box is not None
        assert 0 <= box["x"] <= box["x"] + box["width"] <= size[0], part
        assert 0 <= box["y"] <= box["y"] + box["height"] <= size[1], part


async def test_a_wall_keeps_what_is_on_it_while_the_night_is_held_and_says_so(
    site: Site, viewer: Page, stream: EventStream
) -> None:
    await open_screen(viewer, site, "wall?seconds=1")
    async with paused(viewer):
        await submit(stream, [declare(0)])
        await at_seq(viewer, 3)
        await submit(stream, [declare(1), HOLD])
        await at_seq(viewer, 5)
        await expect(viewer.locator("#status")).to_contain_text("Results wait while something is checked")
        await viewer.clock.run_for(60_000)
        assert await sets(viewer, 1) == [["0"]]
        await submit(stream, [RELEASE])
        await at_seq(viewer, 6)
    assert await sets(viewer, 2) == [["0"], ["1"]]
    await expect(viewer.locator("#shown .headline")).to_contain_text("Seat 1")


async def test_a_night_that_begins_again_leaves_nothing_of_before_on_a_screen(
    site: Site, viewer: Page, stream: EventStream
) -> None:
    await open_screen(viewer, site, "wall?seconds=60")
    await submit(stream, [declare(0), declare(1)])
    await expect(viewer.locator("#shown .headline")).to_contain_text("Seat 0")
    await stream.erase("night")
    await open_then(stream, on_the_map(definition("night", SEATS, seats=100)), "open again")
    await expect(viewer.locator("#shown .headline")).to_have_text("Waiting for the first declaration")
    await expect(viewer.locator("#line")).to_have_attribute("data-state", "up")
    await submit(stream, [declare(2)])
    await expect(viewer.locator("#shown .headline")).to_contain_text("Seat 2")


async def test_a_screen_that_nobody_sees_for_a_while_keeps_its_line(
    site: Site, viewer: Page, stream: EventStream
) -> None:
    await open_screen(viewer, site)
    await viewer.evaluate("Object.defineProperty(document, 'hidden', {value: true})")
    await viewer.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await submit(stream, [declare(0)])
    assert (await sets(viewer, 1))[0] == ["0"]


@contextmanager
def newspaper(folder: Path, page: str) -> Generator[str]:
    """Another site with one page, under another name."""
    (folder / "index.html").write_text(f"<!doctype html><title>News</title>{page}")
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://localhost:{server.server_address[1]}/index.html"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


HEIGHTS = "() => [...document.querySelectorAll('iframe')].map((one) => one.offsetHeight)"


def inside(page: Page, path: str) -> Frame:
    return next(frame for frame in page.frames if path in frame.url)


async def test_frames_in_another_sites_page_follow_the_night_and_are_as_high_as_what_is_in_them(
    site: Site, viewer: Page, stream: EventStream, tmp_path: Path
) -> None:
    paths = ("embed/score", f"contests/{ballot(0)}/embed", "embed/map")
    frames = "".join(
        f'<iframe src="{site.url}/nights/night/{path}" width="500" height="77"></iframe>' for path in paths
    )
    script = f'<script src="{site.url}/static/latest/embed.js" async></script>'
    (folder := tmp_path / "newspaper").mkdir()
    with newspaper(folder, frames + script) as address:
        await viewer.goto(address)
        await viewer.wait_for_function(
            "() => [...document.querySelectorAll('iframe')].every((one) => one.offsetHeight > 200)"
        )
        score, contest = inside(viewer, paths[0]), inside(viewer, paths[1])
        await expect(contest.locator("#line")).to_have_attribute("data-state", "up")
        before = cast(list[int], await viewer.evaluate(HEIGHTS))
        await submit(stream, [declare(0, *GAIN)])
        await expect(contest.locator(".headline")).to_have_text("CON GAIN Seat 0 from Labour")
        await expect(score.locator("#status")).to_contain_text("2 of 30 declared")
        await viewer.wait_for_function(
            "(before) => document.querySelectorAll('iframe')[1].offsetHeight > before", arg=before[1]
        )
        for place, path in enumerate(paths):
            fits = "(height) => document.body.offsetHeight <= height && height - document.body.offsetHeight < 8"
            height = cast(list[int], await viewer.evaluate(HEIGHTS))[place]
            assert await inside(viewer, path).evaluate(fits, height), path
        async with viewer.context.expect_page() as opened:
            await contest.get_by_role("link", name="All about this contest").click()
        await expect((await opened.value).locator("h1")).to_have_text("Seat 0")
        assert viewer.url == address


async def test_a_frame_says_nothing_but_its_height_and_only_that_of_the_night_is_heeded(
    site: Site, viewer: Page, tmp_path: Path
) -> None:
    (folder := tmp_path / "newspaper").mkdir()
    (folder / "rogue.html").write_text(
        "<!doctype html><script>parent.postMessage({declared: 'height', height: 4000}, '*')</script>"
    )
    page = (
        "<script>window.heard = []; addEventListener('message', ({data}) => heard.push(data))</script>"
        f'<script src="{site.url}/static/latest/embed.js"></script>'
        f'<iframe src="{site.url}/nights/night/embed/score" height="77"></iframe>'
        '<iframe src="rogue.html" height="77"></iframe>'
    )
    with newspaper(folder, page) as address:
        await viewer.goto(address)
        await viewer.wait_for_function("() => heard.some((one) => one.height === 4000) && heard.length > 1")
        await viewer.wait_for_function("() => document.querySelector('iframe').offsetHeight > 200")
        heard = cast(list[dict[str, Any]], await viewer.evaluate("heard"))
        assert all(one.keys() == {"declared", "height"} and isinstance(one["height"], int) for one in heard)
        rogue = await viewer.locator("iframe").nth(1).bounding_box()
        assert rogue is not None and rogue["height"] < 100


async def test_no_other_page_shows_in_a_frame(site: Site, viewer: Page, tmp_path: Path) -> None:
    (folder := tmp_path / "newspaper").mkdir()
    paths = ("embed/score", "wall", "director", "newsroom", "")
    frames = "".join(f'<iframe src="{site.url}/nights/night/{path}"></iframe>' for path in paths).replace(
        'night/"', 'night"'
    )
    with newspaper(folder, frames) as address:
        await viewer.goto(address)
        await expect(viewer.frame_locator("iframe").first.locator("h1")).to_have_text("A night")
        shown = [frame.url for frame in viewer.frames[1:]]
    assert shown == [f"{site.url}/nights/night/embed/score", *["chrome-error://chromewebdata/"] * 4]


async def test_an_address_is_copied_by_a_button_and_a_frame_is_seen_when_it_is_asked_for(
    site: Site, viewer: Page
) -> None:
    await viewer.goto(f"{site.url}/nights/night/newsroom")
    await viewer.get_by_role("link", name="Put a frame in your pages").click()
    score = viewer.locator("div.copy", has_text="/embed/score")
    await viewer.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await score.get_by_role("button", name="Copy").click()
    await expect(score.get_by_role("status")).to_have_text("Copied")
    copied = await viewer.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f'<iframe src="{site.settings.public_url}/nights/night/embed/score?lang=en" title="Score"')
    assert copied.endswith('/static/latest/embed.js" async></script>')
    assert await viewer.locator("iframe").count() == 0
    await score.get_by_role("button", name="Preview").click()
    await expect(viewer.frame_locator("iframe").locator("h1")).to_have_text("A night")
    await viewer.wait_for_function("() => document.querySelector('iframe').style.height")
    await score.get_by_role("button", name="Preview").click()
    assert await viewer.locator("iframe").count() == 0
