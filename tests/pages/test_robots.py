"""What programs that read the whole web are asked to leave alone, by the rules of RFC 9309."""

import re

from starlette.applications import Starlette
from starlette.testclient import TestClient

from server.pages.robots import routes

NIGHT = "/nights/parl.2019-12-12"
SEAT = f"{NIGHT}/contests/parl.ynys-mon.2019-12-12"


def allows(rules: str, agent: str, address: str) -> bool:
    """The longest rule that fits decides, in the group of this agent or else in everybody's (RFC 9309, 2.2.2)."""
    groups = [group for group in rules.split("\n\n") if f"User-agent: {agent}\n" in group]
    fits: list[tuple[int, bool]] = []
    for verb, path in re.findall("^(Allow|Disallow): (.*)$", groups[0], re.MULTILINE):
        pattern = re.escape(path).replace(r"\*", ".*").replace(r"\$", "$")
        if re.match(pattern, address):
            fits.append((len(path), verb == "Allow"))
    return max(fits, default=(0, True))[1]


def test_nights_are_found_and_what_never_ends_is_left_alone() -> None:
    with TestClient(Starlette(routes=routes)) as client:
        answer = client.get("/robots.txt")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    assert answer.headers["cache-control"] == "public, max-age=86400"
    for address in ("/", NIGHT, f"{NIGHT}?lang=cy", f"{NIGHT}/contests", f"{NIGHT}/records", SEAT, f"{SEAT}?lang=de"):
        assert allows(answer.text, "*", address), address
    for address in (
        "/api/nights",
        "/count",
        "/desk/people",
        f"{NIGHT}?at=2019-12-13T03:40",
        f"{NIGHT}?lang=cy&at=2019-12-13T03:40",
        f"{SEAT}?baseline=2015",
        f"{NIGHT}/contests?sort=majority",
        f"{NIGHT}/frame?seq=3",
        f"{NIGHT}/reel/4",
        f"{NIGHT}/live",
        f"{NIGHT}/overlay",
        f"{NIGHT}/embed/map",
        f"{SEAT}/embed",
        f"{SEAT}/picture.png",
    ):
        assert not allows(answer.text, "*", address), address
    assert allows(answer.text, "Twitterbot", f"{SEAT}/picture.png?lang=en&seq=3"), "a shared link shows its picture"
