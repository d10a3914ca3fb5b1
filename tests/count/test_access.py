"""Every route of the whole program, crossed with everybody who could call it."""

import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from socket import socket

import httpx2
import pytest
from msgspec import Raw
from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from server.app import build_app
from server.count.visit.invitations import Invitations
from server.count.visit.signed import Signer
from server.election.commands import PostNote
from server.election.counting.acts import PLACE, PinCleared, Revoked, SessionsEnded
from server.nights.coming.sheet import Sheet, TypedContest, encoded
from server.settings import Settings
from server.stream.drafts import Drafts, Stored
from server.stream.embedded import Embedded
from server.stream.events import EventStream
from tests.count import rochester
from tests.count.conftest import HALL, PIN, SECRET, Desk, Phone, another, process, stamp, token
from tests.count.test_api import ADDRESS, BODY
from tests.running import until_made

# What becomes of a request: "yes", it reaches the endpoint; "in", it is sent to where people sign in; "no", 403;
# "401", a program is told so; "there", a link is opened below the other area; "404", it
# reaches the endpoint, which finds nothing. Whoever is signed in has their session's cookie in both areas, as nobody
# honestly has.
TABLE = """
                                                              nobody officer second returning desk  admin
GET  /                                                        yes    yes     yes    yes       yes   yes
GET  /live                                                    yes    yes     yes    yes       yes   yes
WS   /live                                                    yes    yes     yes    yes       yes   yes
GET  /find                                                    yes    yes     yes    yes       yes   yes
GET  /nights/{night}                                          yes    yes     yes    yes       yes   yes
GET  /nights/{night}/live                                     yes    yes     yes    yes       yes   yes
WS   /nights/{night}/live                                     yes    yes     yes    yes       yes   yes
GET  /nights/{night}/frame                                    yes    yes     yes    yes       yes   yes
GET  /nights/{night}/reel/{part}                              yes    yes     yes    yes       yes   yes
POST /nights/{night}/clock                                    yes    yes     yes    yes       yes   yes
GET  /clocks/{code}                                           404    404     404    404       404   404
PUT  /clocks/{code}                                           yes    yes     yes    yes       yes   yes
WS   /clocks/{code}                                           yes    yes     yes    yes       yes   yes
GET  /follow                                                  yes    yes     yes    yes       yes   yes
GET  /follow/{code}                                           404    404     404    404       404   404
GET  /nights/{night}/contests/{ballot}                        yes    yes     yes    yes       yes   yes
GET  /nights/{night}/contests/{ballot}/notice                 yes    yes     yes    yes       yes   yes
GET  /nights/{night}/contests/{ballot}/photos/{photo}.jpg     404    404     404    404       404   404
GET  /nights/{night}/areas                                    yes    yes     yes    yes       yes   yes
GET  /nights/{night}/battlegrounds                            yes    yes     yes    yes       yes   yes
GET  /nights/{night}/records                                  yes    yes     yes    yes       yes   yes
GET  /nights/{night}/swing                                    yes    yes     yes    yes       yes   yes
GET  /nights/{night}/contests                                 yes    yes     yes    yes       yes   yes
GET  /nights/{night}/councils/{body}                          404    404     404    404       404   404
GET  /nights/{night}/find/suggested                           yes    yes     yes    yes       yes   yes
GET  /find/suggested                                          yes    yes     yes    yes       yes   yes
GET  /nights/{night}/find                                     yes    yes     yes    yes       yes   yes
GET  /nights/{night}/picture.png                              yes    yes     yes    yes       yes   yes
GET  /nights/{night}/contests/{ballot}/picture.png            yes    yes     yes    yes       yes   yes
GET  /nights/{night}/contests/{ballot}/embed                  yes    yes     yes    yes       yes   yes
GET  /nights/{night}/newsroom                                 yes    yes     yes    yes       yes   yes
GET  /nights/{night}/newsroom/{task}                          yes    yes     yes    yes       yes   yes
GET  /nights/{night}/copy                                     yes    yes     yes    yes       yes   yes
GET  /nights/{night}/copy/{form}.txt                          yes    yes     yes    yes       yes   yes
GET  /nights/{night}/contests/{ballot}/copy                   yes    yes     yes    yes       yes   yes
GET  /nights/{night}/contests/{ballot}/copy/{form}.txt        yes    yes     yes    yes       yes   yes
GET  /nights/{night}/overlay                                  yes    yes     yes    yes       yes   yes
GET  /nights/{night}/overlay/banner                           404    404     404    404       404   404
GET  /nights/{night}/overlay/options                          yes    yes     yes    yes       yes   yes
GET  /nights/{night}/overlay/template.html                    yes    yes     yes    yes       yes   yes
GET  /nights/{night}/director                                 yes    yes     yes    yes       yes   yes
POST /nights/{night}/director                                 yes    yes     yes    yes       yes   yes
GET  /directors/{code}                                        404    404     404    404       404   404
PUT  /directors/{code}                                        yes    yes     yes    yes       yes   yes
WS   /directors/{code}                                        yes    yes     yes    yes       yes   yes
PUT  /nights/{night}/notices                                  yes    yes     yes    yes       yes   yes
DELETE /nights/{night}/notices                                yes    yes     yes    yes       yes   yes
GET  /notices.js                                              yes    yes     yes    yes       yes   yes
GET  /manifest.webmanifest                                    404    404     404    404       404   404
GET  /nights/{night}/wall                                     yes    yes     yes    yes       yes   yes
GET  /nights/{night}/embed/score                              yes    yes     yes    yes       yes   yes
GET  /nights/{night}/embed/map                                yes    yes     yes    yes       yes   yes
GET  /static/{digest}/{name:path}                             yes    yes     yes    yes       yes   yes
GET  /api/nights                                              yes    yes     yes    yes       yes   yes
GET  /api/nights/{night}                                      yes    yes     yes    yes       yes   yes
GET  /api/nights/{night}/contests/{ballot}                    yes    yes     yes    yes       yes   yes
GET  /api/nights/{night}/councils/{body}                      404    404     404    404       404   404
GET  /api/nights/{night}/events                               yes    yes     yes    yes       yes   yes
GET  /api/nights/{night}/record                               yes    yes     yes    yes       yes   yes
GET  /api/tables                                              yes    yes     yes    yes       yes   yes
GET  /api/archive.sqlite                                      yes    yes     yes    yes       yes   yes
GET  /api/archive.jsonl                                       yes    yes     yes    yes       yes   yes
GET  /api/nights/{night}/tables.sqlite                        yes    yes     yes    yes       yes   yes
GET  /api/nights/{night}/tables.jsonl                         yes    yes     yes    yes       yes   yes
GET  /api/nights/{night}/tables/{table}.csv                   yes    yes     yes    yes       yes   yes
GET  /api/nights/{night}/tables/{table}.jsonl                 yes    yes     yes    yes       yes   yes
GET  /api/nights/{night}/chart.csv                            yes    yes     yes    yes       yes   yes
GET  /api/nights/{night}/chart.json                           yes    yes     yes    yes       yes   yes
GET  /api/nights/{night}/contests/{ballot}.csv                yes    yes     yes    yes       yes   yes
GET  /api/nights/{night}/feed.atom                            yes    yes     yes    yes       yes   yes
GET  /api/nights/{night}/expected.ics                         yes    yes     yes    yes       yes   yes
GET  /api/oembed                                              404    404     404    404       404   404
GET  /robots.txt                                              yes    yes     yes    yes       yes   yes
GET  /healthz                                                 yes    yes     yes    yes       yes   yes
GET  /readyz                                                  yes    yes     yes    yes       yes   yes
GET  /metrics                                                 yes    yes     yes    yes       yes   yes
GET  /openapi.json                                            yes    yes     yes    yes       yes   yes
GET  /asyncapi.json                                           yes    yes     yes    yes       yes   yes
POST /api/nights/{night}/contests/{ballot}/declaration        401    401     401    401       401   401
POST /api/nights/{night}/contests/{ballot}/boxes              401    401     401    401       401   401
GET  /count/worker.js                                         yes    yes     yes    yes       yes   yes
GET  /count/invitation                                        yes    yes     yes    yes       yes   yes
GET  /count/invitation/{token}                                yes    yes     yes    yes       there there
POST /count/invitation/{token}                                yes    yes     yes    yes       there there
GET  /count                                                   in     yes     yes    yes       no    no
GET  /count/state                                             in     yes     yes    yes       no    no
GET  /count/receipt                                           in     yes     yes    yes       no    no
GET  /count/script                                            in     yes     yes    yes       no    no
GET  /count/sheet                                             in     yes     yes    yes       no    no
POST /count/sheet                                             in     yes     yes    no        no    no
GET  /count/again                                             in     yes     yes    yes       no    no
POST /count/again                                             in     yes     no     no        no    no
GET  /count/agents                                            in     yes     no     yes       no    no
POST /count/agents                                            in     yes     no     yes       no    no
GET  /count/agents/recount                                    in     yes     yes    yes       no    no
POST /count/agents/recount                                    in     yes     no     yes       no    no
GET  /count/agents/rejected                                   in     yes     yes    yes       no    no
POST /count/agents/rejected                                   in     yes     no     yes       no    no
GET  /count/provisional                                       in     yes     no     yes       no    no
GET  /count/verification                                      in     yes     yes    yes       no    no
POST /count/verification                                      in     yes     no     yes       no    no
GET  /count/stage                                             in     yes     yes    yes       no    no
POST /count/stage                                             in     yes     no     yes       no    no
GET  /count/stage/back                                        in     yes     yes    yes       no    no
POST /count/stage/back                                        in     yes     no     yes       no    no
GET  /count/declare                                           in     yes     yes    yes       no    no
POST /count/declare                                           in     yes     no     yes       no    no
GET  /count/correction                                        in     yes     yes    yes       no    no
POST /count/correction                                        in     yes     no     yes       no    no
GET  /count/correction/drop                                   in     yes     yes    yes       no    no
POST /count/correction/drop                                   in     yes     no     yes       no    no
GET  /count/change                                            in     yes     yes    yes       no    no
POST /count/change                                            in     no      no     yes       no    no
GET  /count/withdrawal                                        in     yes     yes    yes       no    no
POST /count/withdrawal                                        in     no      no     yes       no    no
GET  /count/boxes                                             in     yes     yes    yes       no    no
POST /count/boxes                                             in     yes     no     yes       no    no
GET  /count/boxes/announcement                                in     yes     yes    yes       no    no
POST /count/boxes/announcement                                in     yes     no     yes       no    no
GET  /count/box                                               in     yes     yes    yes       no    no
POST /count/box                                               in     yes     no     yes       no    no
GET  /count/box/check                                         in     yes     yes    yes       no    no
POST /count/box/check                                         in     yes     yes    yes       no    no
GET  /count/tables                                            in     yes     yes    yes       no    no
POST /count/tables                                            in     yes     yes    no        no    no
GET  /count/table                                             in     yes     yes    yes       no    no
POST /count/table                                             in     yes     yes    no        no    no
GET  /count/statement                                         in     yes     yes    yes       no    no
GET  /count/statement.txt                                     in     yes     yes    yes       no    no
GET  /count/you                                               in     yes     yes    yes       no    no
GET  /count/out                                               in     yes     yes    yes       no    no
POST /count/out                                               in     yes     yes    yes       no    no
GET  /count/call                                              in     yes     yes    yes       no    no
POST /count/call                                              in     yes     yes    yes       no    no
GET  /count/call/answered                                     in     yes     yes    yes       no    no
POST /count/call/answered                                     in     yes     yes    yes       no    no
GET  /count/photo                                             in     yes     yes    yes       no    no
POST /count/photo                                             in     yes     no     yes       no    no
GET  /desk/invitation                                         yes    yes     yes    yes       yes   yes
GET  /desk/invitation/{token}                                 there  there   there  there     yes   there
POST /desk/invitation/{token}                                 there  there   there  there     yes   there
GET  /desk                                                    in     no      no     no        yes   no
GET  /desk/there                                              in     no      no     no        yes   no
GET  /desk/live                                               in     no      no     no        yes   no
WS   /desk/live                                               no     no      no     no        yes   no
GET  /desk/record                                             in     no      no     no        yes   no
GET  /desk/people                                             in     no      no     no        yes   no
GET  /desk/contests/{ballot}                                  in     no      no     no        yes   no
GET  /desk/people/{what}                                      in     no      no     no        yes   no
POST /desk/people/{what}                                      in     no      no     no        yes   no
GET  /desk/invitations                                        in     no      no     no        yes   no
POST /desk/invitations                                        in     no      no     no        yes   no
GET  /desk/entry                                              in     no      no     no        yes   no
POST /desk/entry                                              in     no      no     no        yes   no
GET  /desk/note                                               in     no      no     no        yes   no
POST /desk/note                                               in     no      no     no        yes   no
GET  /desk/note/correction                                    in     no      no     no        yes   no
POST /desk/note/correction                                    in     no      no     no        yes   no
GET  /desk/note/withdrawal                                    in     no      no     no        yes   no
POST /desk/note/withdrawal                                    in     no      no     no        yes   no
GET  /desk/notes/{seq}                                        in     no      no     no        yes   no
GET  /desk/replay                                             in     no      no     no        yes   no
POST /desk/replay                                             in     no      no     no        yes   no
GET  /desk/expected                                           in     no      no     no        yes   no
POST /desk/expected                                           in     no      no     no        yes   no
GET  /desk/stage/back                                         in     no      no     no        yes   no
POST /desk/stage/back                                         in     no      no     no        yes   no
GET  /desk/revision                                           in     no      no     no        yes   no
POST /desk/revision                                           in     no      no     no        yes   no
GET  /desk/revision/drop                                      in     no      no     no        yes   no
POST /desk/revision/drop                                      in     no      no     no        yes   no
GET  /desk/change                                             in     no      no     no        yes   no
POST /desk/change                                             in     no      no     no        yes   no
GET  /desk/withdrawal                                         in     no      no     no        yes   no
POST /desk/withdrawal                                         in     no      no     no        yes   no
GET  /desk/no-poll                                            in     no      no     no        yes   no
POST /desk/no-poll                                            in     no      no     no        yes   no
GET  /desk/set-aside                                          in     no      no     no        yes   no
POST /desk/set-aside                                          in     no      no     no        yes   no
GET  /desk/photo/hide                                         in     no      no     no        yes   no
POST /desk/photo/hide                                         in     no      no     no        yes   no
GET  /desk/hold                                               in     no      no     no        yes   no
POST /desk/hold                                               in     no      no     no        yes   no
GET  /desk/release                                            in     no      no     no        yes   no
POST /desk/release                                            in     no      no     no        yes   no
GET  /desk/contests/{ballot}/paper                            in     no      no     no        yes   no
GET  /desk/paper                                              in     no      no     no        yes   no
POST /desk/paper                                              in     no      no     no        yes   no
GET  /desk/contests/{ballot}/boxes                            in     no      no     no        yes   no
GET  /desk/contests/{ballot}/statement                        in     no      no     no        yes   no
GET  /desk/contests/{ballot}/tables                           in     no      no     no        yes   no
GET  /desk/tables                                             in     no      no     no        yes   no
POST /desk/tables                                             in     no      no     no        yes   no
GET  /desk/boxes                                              in     no      no     no        yes   no
POST /desk/boxes                                              in     no      no     no        yes   no
GET  /desk/boxes/strike                                       in     no      no     no        yes   no
POST /desk/boxes/strike                                       in     no      no     no        yes   no
GET  /desk/hooks                                              in     no      no     no        yes   no
POST /desk/hooks                                              in     no      no     no        yes   no
GET  /desk/hooks/test                                         in     no      no     no        yes   no
POST /desk/hooks/test                                         in     no      no     no        yes   no
GET  /desk/hooks/on                                           in     no      no     no        yes   no
POST /desk/hooks/on                                           in     no      no     no        yes   no
GET  /desk/hooks/off                                          in     no      no     no        yes   no
POST /desk/hooks/off                                          in     no      no     no        yes   no
GET  /desk/hooks/drop                                         in     no      no     no        yes   no
POST /desk/hooks/drop                                         in     no      no     no        yes   no
GET  /desk/night                                              in     no      no     no        yes   no
POST /desk/night                                              in     no      no     no        yes   no
GET  /desk/practice                                           in     no      no     no        yes   no
POST /desk/practice                                           in     no      no     no        yes   no
GET  /admin/invitation                                        yes    yes     yes    yes       yes   yes
GET  /admin/invitation/{token}                                there  there   there  there     there yes
POST /admin/invitation/{token}                                there  there   there  there     there yes
GET  /admin                                                   in     no      no     no        no    yes
GET  /admin/run                                               in     no      no     no        no    yes
GET  /admin/copy                                              in     no      no     no        no    yes
GET  /admin/people                                            in     no      no     no        no    yes
GET  /admin/people/{what}                                     in     no      no     no        no    yes
GET  /admin/nights                                            in     no      no     no        no    yes
GET  /admin/nights/template.csv                               in     no      no     no        no    yes
GET  /admin/nights/seat                                       in     no      no     no        no    yes
GET  /admin/nights/file                                       in     no      no     no        no    yes
GET  /admin/nights/names                                      in     no      no     no        no    yes
GET  /admin/nights/{draft}                                    in     no      no     no        no    yes
GET  /admin/nights/{draft}/preview                            in     no      no     no        no    yes
GET  /admin/nights/{draft}/preview/{ballot}                   in     no      no     no        no    yes
GET  /admin/nights/{draft}/open                               in     no      no     no        no    yes
GET  /admin/nights/{draft}/drop                               in     no      no     no        no    yes
POST /admin/run                                               in     no      no     no        no    yes
POST /admin/copy                                              in     no      no     no        no    yes
POST /admin/people                                            in     no      no     no        no    yes
POST /admin/people/{what}                                     in     no      no     no        no    yes
POST /admin/nights/seat                                       in     no      no     no        no    yes
POST /admin/nights/file                                       in     no      no     no        no    yes
POST /admin/nights/names                                      in     no      no     no        no    yes
POST /admin/nights/{draft}                                    in     no      no     no        no    yes
POST /admin/nights/{draft}/open                               in     no      no     no        no    yes
POST /admin/nights/{draft}/drop                               in     no      no     no        no    yes
GET  /desk/close                                              in     no      no     no        yes   no
POST /desk/close                                              in     no      no     no        yes   no
GET  /desk/discard                                            in     no      no     no        yes   no
POST /desk/discard                                            in     no      no     no        yes   no
"""
ROLES = {
    "officer": "officer",
    "second": "second officer",
    "returning": "returning officer",
    "desk": "desk",
    "admin": "admin",
}
WHO = ("nobody", *ROLES)
EXPECTED: dict[str, dict[str, str]] = {
    f"{method} {path}": dict(zip(WHO, outcomes, strict=True))
    for method, path, *outcomes in (line.split() for line in TABLE.strip().splitlines()[1:])
}
HTTP = {route: outcomes for route, outcomes in EXPECTED.items() if not route.startswith("WS")}
SIGNED_IN = {route: outcomes for route, outcomes in HTTP.items() if outcomes["nobody"] == "in"}
FORMS = {route: outcomes for route, outcomes in SIGNED_IN.items() if route.startswith("POST")}
CONTEST = f"{rochester.NIGHT}/{rochester.BALLOT}"
DRAFT = "a-draft"
AREAS = ("count", "desk", "admin")
ELSEWHERE = "https://elsewhere.example"


def routes_of(app: Starlette) -> set[str]:
    found: set[str] = set()
    for route in app.routes:
        if isinstance(route, WebSocketRoute):
            found.add(f"WS {route.path}")
        else:
            assert isinstance(route, Route)
            found |= {f"{method} {route.path}" for method in route.methods or () if method != "HEAD"}
    return found


def outcome(response: httpx2.Response) -> str:
    """One of the table's words."""
    area = response.url.path.split("/")[1]
    rest = response.url.path.removeprefix(f"/{area}")
    places = {f"/{other}{rest}": "there" for other in AREAS if other != area} | {f"/{area}/invitation": "in"}
    location = response.headers.get("location", "").split("?")[0]
    redirected = places.get(location) if response.status_code == 303 else None
    return redirected or {401: "401", 403: "no", 404: "404"}.get(response.status_code, "yes")


class Visitor:
    """Somebody with a browser, who is signed in or not."""

    def __init__(self, client: TestClient, desk: Desk, role: str = "") -> None:
        self.client = another(client)
        self.link = desk.invite(role or "officer", name=f"A {role or 'nobody'}")
        self.area = role if role in AREAS else "count"
        self.contest = f"{PLACE}/" if role == "admin" else CONTEST
        self.unopened = desk.invite(role if role in AREAS else "officer", name="Somebody else").rpartition("/")[2]
        if role:
            Phone(self.client).sign_in(self.link)
            (cookie,) = self.client.cookies.jar
            for other in set(AREAS) - {self.area}:
                self.client.cookies.set(other, cookie.value or "", domain=cookie.domain, path=f"/{other}")
        self._csrf = Phone.hidden(self.client.get(f"/{self.area}/invitation/{self.unopened}").text)["csrf"]

    @property
    def invitation(self) -> str:
        """Their own."""
        return Invitations(SECRET).read(self.link.rpartition("/")[2])[1]

    def call(self, route: str, origin: str = HALL, **fields: str) -> httpx2.Response:
        """Ask for a route, or send its form."""
        return self.ask(route, {"Origin": origin}, fields)

    def ask(
        self, route: str, headers: Mapping[str, str], fields: Mapping[str, str], query: str = "", names: str = ""
    ) -> httpx2.Response:
        """The same with these headers; where ``names`` is given, with that for every name in its path."""
        method, path = route.split()
        known = {
            "night": rochester.NIGHT,
            "ballot": rochester.BALLOT,
            "body": "local.kent",
            "table": "contests",
            "form": "post",
            "task": "chart",
            "token": self.unopened,
            "what": "end",
            "digest": "x",
            "part": "0",
            "name:path": "count.js",
            "draft": DRAFT,
            "code": "nobodys",
            "seq": "2",
            "photo": "0" * 64,
        }
        path = re.sub(r"{([^}]+)}", lambda found: names or known[found[1]], path) + query
        sent = [(name.encode(), text.encode("latin-1")) for name, text in headers.items()]
        if method == "GET":
            return self.client.get(path, headers=sent, follow_redirects=False)
        form = {"contest": self.contest, "csrf": self._csrf, "note": known["seq"], **fields}
        return self.client.post(path, data=form, headers=sent, follow_redirects=False)


@pytest.fixture
def everybody(client: TestClient, desk: Desk) -> dict[str, Visitor]:
    """One of each, a note and a draft."""
    desk.submit(PostNote(id="note", by="desk", text="Snow."))

    async def drafted(stream: EventStream) -> None:
        drafts = Drafts(stream)
        if await drafts.newest(DRAFT) is None:
            await drafts.put(
                DRAFT, Stored(1, datetime.now(UTC), "Ann", Raw(encoded(Sheet(contests=(TypedContest(),)))))
            )

    desk.do(drafted)
    until_made(client.get)
    return {who: Visitor(client, desk, ROLES.get(who, "")) for who in WHO}


def who_may(outcomes: dict[str, str]) -> str:
    return next(who for who in WHO if outcomes[who] == "yes")


def test_every_route_is_in_the_table_and_nothing_else(client: TestClient) -> None:
    assert isinstance(client.app, Starlette)
    assert routes_of(client.app) == EXPECTED.keys()


def test_everybody_gets_what_the_table_says_and_no_more(
    everybody: dict[str, Visitor], capfd: pytest.CaptureFixture[str]
) -> None:
    found: dict[str, dict[str, str]] = {}
    clean = set[str]()  # what most are answered alike
    tokens = [link for one in everybody.values() for link in (one.unopened, one.link.rpartition("/")[2])]
    for route in HTTP:
        found[route] = {}
        for who, visitor in everybody.items():
            response = visitor.call(route)
            found[route][who] = outcome(response)
            policy = response.headers.get("content-security-policy", "")
            assert "default-src 'self'" in policy or route.startswith("GET /static/"), route
            assert response.headers["x-content-type-options"] == "nosniff", route
            if route in SIGNED_IN and response.status_code == 200:
                assert response.headers["cache-control"] == "no-store", route
            said = response.text + response.headers.get("location", "")
            if found[route][who] != "there" and route != "GET /desk/invitations" and said not in clean:
                assert not [one for one in tokens if one in said], route
                clean.add(said)
            assert response.status_code < 500, route
    assert found == HTTP
    printed = "".join(capfd.readouterr())
    assert not any(one in printed for one in tokens)


ODD = ("%00", "%FF", "..%2F..%2Fsecret", "９", "9" * 400, "a" * 3000)
ODD_HEADERS = {
    "Referer": "http://[",
    "Origin": "http://[",
    "Accept-Language": "," * 3000,
    "Accept-Encoding": "br;q=nan, gzip;q=1e999",
    "If-None-Match": "a" * 3000,
    "Range": f"bytes=0-{'9' * 400}",
    "Last-Event-ID": "9" * 400,
    "Authorization": "Bearer \xff",
}
ASKED = ("q", "at", "after", "seq", "lang", "baseline", "contest", "from", "to", "party", "sort", "verdict", "seconds")


@pytest.mark.parametrize("half", [0, 1])
def test_what_no_browser_sends_is_no_fault_of_ours(everybody: dict[str, Visitor], half: int) -> None:
    """Odd names in addresses, odd queries, fields and headers, from whoever may ask for it."""
    for route, outcomes in list(HTTP.items())[half::2]:
        visitor = everybody[who_may(outcomes) if "yes" in outcomes.values() else "nobody"]
        for odd in ODD:
            fields: dict[str, str] = dict.fromkeys(("note", "contest", "name"), odd)
            query = "&".join(f"{name}={odd}" for name in ASKED if len(odd) < 400 or name == "q")
            same = odd != ODD[0] and route.startswith("GET") and "{" not in route  # without a query nothing is odd
            for address in (f"?{query}",) if same else (f"?{query}", ""):
                status = visitor.ask(route, {"Origin": HALL}, fields, address, odd).status_code
                assert status < 500, (route, odd[:20], status)
        status = visitor.ask(route, ODD_HEADERS, {}).status_code
        assert status < 500, (route, status)


ENDED: dict[str, Callable[[str], Revoked | SessionsEnded | PinCleared]] = {
    "revoked": lambda invited: Revoked(**stamp(f"revoke {invited}"), invited=invited),
    "ended": lambda invited: SessionsEnded(**stamp(f"end {invited}"), invited=invited),
    "cleared": lambda invited: PinCleared(**stamp(f"clear {invited}"), invited=invited),
}


@pytest.mark.parametrize("how", ENDED)
def test_a_session_that_is_over_opens_nothing(everybody: dict[str, Visitor], desk: Desk, how: str) -> None:
    for who in ROLES:
        desk.record(ENDED[how](everybody[who].invitation), PLACE if who == "admin" else rochester.NIGHT)
    for route in SIGNED_IN:
        for who in ROLES:
            assert outcome(everybody[who].call(route)) == "in", (route, who)


def test_a_session_that_is_a_day_old_or_of_another_secret_opens_nothing(
    client: TestClient, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = Visitor(client, desk, "desk")
    strangers = build_app(Settings(redis_url=desk.url, secret_key="another", public_url=HALL))
    with TestClient(strangers, base_url=HALL) as other:
        stranger = Visitor(client, desk, "desk")
        stranger.client = another(other)
        stranger.client.cookies.update(visitor.client.cookies)
        now = Signer(SECRET).get_timestamp()
        for route in SIGNED_IN:
            assert outcome(stranger.call(route)) == "in", route
        with monkeypatch.context() as patch:
            patch.setattr(Signer, "get_timestamp", lambda _: now + 24 * 3600 + 1)  # pyright: ignore
            for route in SIGNED_IN:
                assert outcome(visitor.call(route)) == "in", route


@pytest.mark.parametrize(
    ("what", "fields"),
    [
        ("from another site", {"origin": ELSEWHERE}),
        ("without the page's secret", {"csrf": "guessed"}),
        ("with no secret at all", {"csrf": ""}),
        ("of another night", {"contest": f"parl.elsewhere.2024-07-04/{rochester.BALLOT}"}),
        ("of no contest", {"contest": ""}),
    ],
)
def test_a_form_is_taken_from_our_own_page_of_this_night_only(
    everybody: dict[str, Visitor], desk: Desk, what: str, fields: dict[str, str]
) -> None:
    before = (desk.acts(), desk.events())
    for route, outcomes in FORMS.items():
        assert outcome(everybody[who_may(outcomes)].call(route, **fields)) == "no", f"{route} {what}"
    if "contest" not in fields:
        for who, area in (("nobody", "count"), ("desk", "desk")):
            assert outcome(everybody[who].call(f"POST /{area}/invitation/{{token}}", **fields)) == "no", (
                f"{area} {what}"
            )
    assert (desk.acts(), desk.events()) == before


def test_a_contest_that_one_is_not_invited_for_is_closed(everybody: dict[str, Visitor]) -> None:
    for route, outcomes in FORMS.items():
        if route.startswith("POST /count"):
            visitor = everybody[who_may(outcomes)]
            assert outcome(visitor.call(route, contest=f"{rochester.NIGHT}/{rochester.OTHER}")) == "no", route
    for path in ("/count", "/count/receipt", "/count/script", "/count/state"):
        for who in ("officer", "second", "returning"):
            for contest in (rochester.OTHER, "parl.nowhere.2014-11-20"):
                answer = everybody[who].client.get(path, params={"contest": contest}, follow_redirects=False)
                assert answer.status_code == 404, (path, who)


def test_a_token_that_is_not_good_opens_no_page(
    client: TestClient, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor, revoked = Visitor(client, desk), desk.invite().rpartition("/")[2]
    desk.record(Revoked(**stamp("revoke"), invited=Invitations(SECRET).read(revoked)[1]))
    good = visitor.unopened
    for bad in (revoked, good[:-3] + "abc", "x", token("nobody"), token("x", night="parl.never.2014-11-20")):
        visitor.unopened = bad
        for route in (route for route in HTTP if "{token}" in route):
            assert outcome(visitor.call(route)) == "no", (route, bad)
    visitor.unopened = good
    now = Signer(SECRET).get_timestamp()
    monkeypatch.setattr(Signer, "get_timestamp", lambda _: now + 15 * 24 * 3600)  # pyright: ignore
    for route in (route for route in HTTP if "{token}" in route):
        assert outcome(visitor.call(route)) == "no", route


def test_a_program_declares_with_a_good_token_for_this_contest_only(
    client: TestClient, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def status(link: str, address: str = ADDRESS) -> int:
        headers = {"Authorization": f"Bearer {link.rpartition('/')[2]}", "Idempotency-Key": link[-20:]}
        return client.post(address, json=BODY, headers=headers).status_code

    revoked, opened, officer = desk.invite(), desk.invite(), desk.invite()
    desk.record(Revoked(**stamp("revoke"), invited=Invitations(SECRET).read(revoked.rpartition("/")[2])[1]))
    Phone(another(client)).sign_in(opened)
    never = "parl.never.2014-11-20"
    assert [status(one) for one in (revoked, opened, officer[:-3] + "abc", "", token("x", night=never))] == [401] * 5
    assert status(desk.invite("officer", rochester.OTHER)) == 403
    assert status(officer, ADDRESS.replace(rochester.NIGHT, never, 1)) == 404
    assert status(desk.invite("second officer")) == 403
    assert status(desk.invite("desk")) == 403
    with monkeypatch.context() as patch:
        now = Signer(SECRET).get_timestamp()
        patch.setattr(Signer, "get_timestamp", lambda _: now + 15 * 24 * 3600)  # pyright: ignore
        assert status(officer) == 401
    assert desk.declared() == []
    assert status(officer) == 201


@pytest.mark.parametrize(("public_url", "secure"), [("http://testserver", False), ("https://testserver", True)])
def test_a_session_is_a_cookie_of_its_area_that_no_script_and_no_other_site_gets(
    desk: Desk, tmp_path: Path, public_url: str, secure: bool
) -> None:
    settings = Settings(redis_url=desk.url, data_dir=tmp_path, secret_key=SECRET, public_url=public_url)
    with TestClient(build_app(settings), base_url=public_url) as client:
        for area, role in (("count", "officer"), ("desk", "desk"), ("admin", "admin")):
            link = desk.invite(role)
            page = client.get(link)
            data = Phone.hidden(page.text) | {"pin": PIN}
            started = client.post(link, data=data, headers={"Origin": public_url}, follow_redirects=False)
            assert started.headers["location"] == f"/{area}"
            for answer in (page, started):
                name, *attributes = answer.headers["set-cookie"].lower().split("; ")
                assert name.startswith(f"{area}=")
                assert {"httponly", "samesite=lax", f"path=/{area}"} <= set(attributes)
                assert ("secure" in attributes) is secure


def test_who_opens_a_link_by_plain_http_where_sessions_are_for_https_is_told_where_to_open_it(
    desk: Desk, tmp_path: Path
) -> None:
    ours, here = "https://results.example", "http://192.168.1.5:8000"
    settings = Settings(redis_url=desk.url, data_dir=tmp_path, secret_key=SECRET, public_url=ours)
    with TestClient(build_app(settings), base_url=here) as client:  # which keeps no Secure cookie, as no browser does
        link = desk.invite()
        data = Phone.hidden(client.get(link).text) | {"pin": PIN}
        refused = client.post(link, data=data, headers={"Origin": here})
        assert refused.status_code == 403
        told = f"This page was opened at {here}, where no browser stays signed in. Nothing was sent."
        assert f"{told} Open the same link at {ours}." in refused.text


@pytest.fixture
def hosted(hall: Embedded, desk: Desk, tmp_path: Path) -> Iterator[str]:
    """A real process, since only there a websocket is one; its address."""
    with closing(socket()) as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    with process(tmp_path, hall.url, port):
        yield f"127.0.0.1:{port}"


def test_a_websocket_is_opened_for_whom_the_table_says_until_their_session_ends(hosted: str, desk: Desk) -> None:
    cookies = {"nobody": ""}
    links = {who: desk.invite(role) for who, role in ROLES.items()}
    for who, link in links.items():
        with httpx2.Client(base_url=f"http://{hosted}", follow_redirects=True) as client:
            Phone(client).sign_in(link)
            cookies[who] = next(cookie.value or "" for cookie in client.cookies.jar)

    def opened(route: str, who: str, origin: str = f"http://{hosted}") -> str:
        path = route.split()[1].replace("{night}", rochester.NIGHT)
        headers = {"Cookie": f"desk={cookies[who]}; count={cookies[who]}"} if cookies[who] else {}
        try:
            with connect(f"ws://{hosted}{path}", additional_headers=headers, origin=origin) as line:  # type: ignore[arg-type]
                line.recv(10)
                return "yes"
        except InvalidStatus as refused:
            return {403: "no"}.get(refused.response.status_code, f"{refused}")

    sockets = [route for route in EXPECTED if route.startswith("WS")]
    assert {route: {who: opened(route, who) for who in WHO} for route in sockets} == {
        route: EXPECTED[route] for route in sockets
    }
    assert opened("WS /desk/live", "desk", ELSEWHERE) == "no"
    with connect(f"ws://{hosted}/desk/live", additional_headers={"Cookie": f"desk={cookies['desk']}"}) as line:
        line.recv(10)
        invited = Invitations(SECRET).read(links["desk"].rpartition("/")[2])[1]
        desk.record(SessionsEnded(**stamp("end"), invited=invited))
        with pytest.raises(ConnectionClosed) as closed:
            deque(iter(lambda: line.recv(10), None))
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1012
    assert opened("WS /desk/live", "desk") == "no"
