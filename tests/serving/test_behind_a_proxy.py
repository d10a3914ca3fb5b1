"""nginx, Caddy and HAProxy in front, set up as OPERATIONS.md says; each is skipped where it is not installed."""

import asyncio
import re
import shutil
import socket
import ssl
import subprocess
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import httpx2
import pytest
from websockets.asyncio.client import connect

from server.settings import ROOT
from server.stream.embedded import Embedded
from tests.conftest import PATIENCE_SECONDS, free_port, until
from tests.count import rochester
from tests.count.conftest import Desk, Phone, process
from tests.serving.test_trusted_proxies import CLOCK, CLOCKS, MOST

NAME, PREFIX = "results.example", "/results"
NIGHT = f"/nights/{rochester.NIGHT}"
_CLIENTS = {"nginx": "127.0.0.2", "caddy": "127.0.0.3", "haproxy": "127.0.0.4"}  # the proxies are at 127.0.0.1


def example(language: str, which: int = 0) -> str:
    """An example of the page for who operates it."""
    text = (ROOT / "server" / "OPERATIONS.md").read_text()
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)[which]


def nginx(folder: Path, port: int, plain: int, behind: int) -> list[str]:
    """The command for nginx with both examples, of the whole site and of a path."""
    text = example("nginx").rstrip().removesuffix("}") + example("nginx", 1) + "}\n"
    text = text.replace("127.0.0.1:8000", f"127.0.0.1:{behind}").replace("/var/cache/nginx", str(folder))
    text = text.replace("listen 443", f"listen {port}").replace("listen 80;", f"listen {plain};")
    text = text.replace("/etc/ssl", str(folder))
    folders = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{name}_temp_path {folder}/{name};" for name in folders)
    head = f"daemon off; pid {folder}/pid; user root; events {{ worker_connections 4096; }}"
    (folder / "nginx.conf").write_text(f"{head}\nhttp {{ access_log off; {temporary}\n{text}}}\n")
    return ["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "stderr"]


def caddy(folder: Path, port: int, plain: int, behind: int) -> list[str]:
    """The command for Caddy with its example."""
    text = example("caddy").replace("127.0.0.1:8000", f"127.0.0.1:{behind}").replace("/etc/ssl", str(folder))
    own = f"{{\n\tadmin off\n\thttp_port {plain}\n\thttps_port {port}\n\tstorage file_system {folder}\n}}\n"
    (folder / "Caddyfile").write_text(own + text)
    return ["caddy", "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]


def haproxy(folder: Path, port: int, plain: int, behind: int) -> list[str]:
    """The command for HAProxy with its example; both servers are the same process."""
    both = "".join((folder / f"{NAME}.{kind}").read_text() for kind in ("pem", "key"))
    (folder / f"{NAME}.both.pem").write_text(both)
    text = re.sub("127.0.0.1:800[12]", f"127.0.0.1:{behind}", example("haproxy")).replace("/etc/ssl", str(folder))
    text = text.replace("bind :80\n", f"bind :{plain}\n").replace("bind :443", f"bind :{port}")
    (folder / "haproxy.cfg").write_text(text)
    return ["haproxy", "-db", "-f", str(folder / "haproxy.cfg")]


class Front:
    """A proxy that runs, with the program behind it."""

    def __init__(self, name: str, port: int, plain: int) -> None:
        self.name, self.port, self.plain = name, port, plain
        self.root = PREFIX if name == "nginx" else ""
        self.site = f"https://{NAME}:{port}"
        self.tls = ssl.create_default_context()
        self.tls.check_hostname, self.tls.verify_mode = False, ssl.CERT_NONE

    def client(self) -> httpx2.Client:
        """A browser elsewhere, to which the site's name is known."""
        transport = httpx2.HTTPTransport(verify=False, local_address=_CLIENTS[self.name])
        return httpx2.Client(base_url=self.site, transport=_Known(transport))


class _Known(httpx2.BaseTransport):
    """Leads requests for the site's name to this machine."""

    def __init__(self, transport: httpx2.HTTPTransport) -> None:
        self._transport = transport

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Ask at 127.0.0.1; the Host header and the server name are the site's."""
        here = request.url.copy_with(host="127.0.0.1")
        named = {**request.extensions, "sni_hostname": NAME}
        asked = httpx2.Request(request.method, here, headers=request.headers, stream=request.stream, extensions=named)
        return self._transport.handle_request(asked)


@contextmanager
def in_front(command: Callable[..., list[str]], folder: Path, redis: str) -> Generator[Front]:
    port, plain, behind = free_port(), free_port(), free_port()
    front = Front(command.__name__, port, plain)
    made = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    files = ["-keyout", folder / f"{NAME}.key", "-out", folder / f"{NAME}.pem"]
    named = ["-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"]
    subprocess.run([*made.split(), *named, *files], check=True, capture_output=True)
    with (
        process(folder, redis, behind, PUBLIC_URL=front.site + front.root),
        (folder / "log").open("wb") as log,
    ):
        running = subprocess.Popen(command(folder, port, plain, behind), stdout=log, stderr=log)
        try:
            asyncio.run(until(lambda: running.poll() is not None or _listens(port), command.__name__))
            assert running.poll() is None, (folder / "log").read_text()
            yield front
        finally:
            running.terminate()
            running.wait()


def _listens(port: int) -> bool:
    with closing(socket.socket()) as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module", params=[nginx, caddy, haproxy], ids=["nginx", "caddy", "haproxy"])
def front(
    request: pytest.FixtureRequest, shared_redis: Embedded, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Front]:
    """Rochester and Strood on air behind a proxy with TLS."""
    if not shutil.which(request.param.__name__):
        pytest.skip(f"{request.param.__name__} is not here: scripts/proxies installs it")
    Desk(shared_redis.url).open_night()
    with in_front(request.param, tmp_path_factory.mktemp("front"), shared_redis.url) as one:
        yield one


def test_pages_come_over_tls_and_stay_there(front: Front) -> None:
    with front.client() as browser:
        page = browser.get(NIGHT)
        assert page.status_code == 200 and f'content="{front.site}{front.root}{NIGHT}/picture.png' in page.text
        assert page.headers["strict-transport-security"] == "max-age=31536000"
        assert browser.get("/nights/nothing").headers["strict-transport-security"] == "max-age=31536000"
    with httpx2.Client() as stranger:
        moved = stranger.get(f"http://127.0.0.1:{front.plain}{NIGHT}", headers={"Host": NAME})
    assert moved.status_code in (301, 308)
    assert moved.headers["location"].split(NAME, 1)[0] == "https://" and moved.headers["location"].endswith(NIGHT)


async def test_the_push_comes_through(front: Front) -> None:
    address = f"wss://{NAME}:{front.port}{front.root}{NIGHT}/live?after=0"
    async with connect(
        address, compression=None, host="127.0.0.1", port=front.port, ssl=front.tls, server_hostname=NAME
    ) as line:
        message = str(await asyncio.wait_for(line.recv(), PATIENCE_SECONDS))
    assert f'href="{front.root}{NIGHT}' in message


def test_a_stream_of_events_flows_for_several_at_once(front: Front) -> None:
    for _ in range(3):
        with (
            front.client() as program,
            program.stream("GET", f"/api{NIGHT}/events", headers={"Accept": "text/event-stream"}) as stream,
        ):
            assert stream.headers["content-type"].startswith("text/event-stream")
            assert next(line for line in stream.iter_lines() if line.startswith("data:"))


def test_an_officer_signs_in_and_stays_so(front: Front, shared_redis: Embedded) -> None:
    with front.client() as browser:
        phone = Phone(browser)
        answer = phone.sign_in(front.root + Desk(shared_redis.url).invite())
        assert (answer.status_code, answer.headers["location"]) == (303, f"{front.root}/count"), answer.text
        assert re.search(rf"path={front.root}/count;.*secure", answer.headers["set-cookie"].lower())
        page = browser.get(f"{front.root}/count")
        assert (page.status_code, page.headers["cache-control"]) == (200, "no-store")


def test_nobody_can_forge_where_they_are(front: Front) -> None:
    def begun(client: httpx2.Client, number: int) -> int:
        forged = {"X-Forwarded-For": f"203.0.113.{number}", "Forwarded": "for=203.0.113.1", "X-Real-IP": "203.0.113.2"}
        return client.post(CLOCKS, json=CLOCK, headers=forged).status_code

    with front.client() as browser:
        assert [begun(browser, number) for number in range(MOST + 1)] == [201] * MOST + [429]


def test_a_burst_reaches_the_program_a_few_times(front: Front) -> None:
    if front.name != "nginx":
        pytest.skip("it has no such cache")
    page = f"{NIGHT}/areas"
    with front.client() as browser, ThreadPoolExecutor(40) as many:
        kept = list(many.map(browser.get, [page] * 200))
        assert {answer.status_code for answer in kept} == {200}
        assert [answer.headers["x-cache"] for answer in kept].count("HIT") > 100
        assert {browser.get("/desk/invitation").headers["x-cache"] for _ in range(3)} == {"MISS"}, (
            "nothing is kept of it"
        )
        german = browser.get(page, headers={"Accept-Language": "de"})
        assert '<html lang="de' in german.text and '<html lang="en' in browser.get(page).text
