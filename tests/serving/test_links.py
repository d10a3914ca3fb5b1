"""Links that phones can open: which address of this machine they name, and which PUBLIC_URL is taken."""

import asyncio
from pathlib import Path

import httpx2
import pytest

from server import network
from server.app import build_app
from server.serving.web import WebServer
from server.settings import Settings, SettingsError
from server.stream.embedded import Embedded
from tests.conftest import until
from tests.count.conftest import SECRET

HERE = {"SECRET_KEY": SECRET}
LAN, SECOND, BRIDGE, TUNNEL = "192.168.1.20", "10.0.5.3", "172.17.0.1", "10.8.0.6"
SIX = "2001:db8::7"
LOOP = ("lo", "127.0.0.1")


@pytest.mark.parametrize(
    ("interfaces", "routed", "expected"),
    [
        ([LOOP, ("eth0", LAN)], [LAN], (LAN,)),
        ([LOOP, ("eth0", SECOND), ("wlan0", LAN)], [LAN], (LAN, SECOND)),
        ([LOOP, ("docker0", BRIDGE), ("br-12ab", "172.18.0.1"), ("wlp2s0", LAN)], [LAN], (LAN,)),
        ([LOOP, ("wlan0", LAN), ("wg0", TUNNEL)], [TUNNEL], (LAN, TUNNEL)),
        ([LOOP, ("wlan0", LAN)], [], (LAN,)),
        ([LOOP, ("eth0", "169.254.7.7"), ("wlan0", LAN)], [], (LAN, "169.254.7.7")),
        ([LOOP, ("eth0", LAN)], [LAN, "2001:db8::20"], (LAN, "2001:db8::20")),
        ([LOOP], ["fe80::1"], ()),
        ([LOOP], [], ()),
    ],
    ids=["one", "two", "bridges", "a tunnel", "no gateway", "no DHCP", "IPv6", "IPv6 of the link alone", "none"],
)
def test_a_link_names_an_address_that_phones_on_the_network_can_open(
    interfaces: list[tuple[str, str]], routed: list[str], expected: tuple[str, ...]
) -> None:
    assert network.chosen(interfaces, routed) == expected


@pytest.mark.parametrize(
    ("given", "public_url"),
    [
        ("https://results.example", "https://results.example"),
        ("https://Results.Example:443/", "https://results.example"),
        ("http://HALL.local:80", "http://hall.local"),
        ("http://hall.local:8000/", "http://hall.local:8000"),
        ("http://[2001:DB8::7]:8000", "http://[2001:db8::7]:8000"),
        ("http://bücher.example", "http://xn--bcher-kva.example"),
        ("https://news.example/results/", "https://news.example/results"),
        ("https://news.example:443/elections/2026_live", "https://news.example/elections/2026_live"),
    ],
)
def test_a_public_url_is_taken_as_browsers_write_it(given: str, public_url: str) -> None:
    assert Settings.from_env(HERE | {"PUBLIC_URL": given}).public_url == public_url


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("hall.local:8000", "must begin with http:// or https://"),
        ("192.168.1.20", "must begin with http:// or https://"),
        ("ftp://hall.local", "must begin with http:// or https://"),
        ("https://", "must begin with http:// or https://"),
        ("https://example.org//results", "has a path other than"),
        ("https://example.org/../results", "has a path other than"),
        ('https://example.org/"results', "has a path other than"),
        ("https://example.org?a=1", "must be a site alone"),
        ("https://me:secret@example.org", "must be a site alone"),
        ("http://fe80::1:8000", "an IPv6 address is written in brackets"),
        ("http://hall.local:99999", "its port is at most 65535"),
        ("http://our hall:8000", "has a character in its name"),
        ("http://[fe80::1%25eth0]:8000", "has a zone"),
        ("http://hall.local:port", "is no address"),
        ("http://hall.local:99999", "is no address"),
    ],
)
def test_a_public_url_that_makes_no_links_is_refused_with_a_sentence(given: str, why: str) -> None:
    with pytest.raises(SettingsError, match=why):
        Settings.from_env(HERE | {"PUBLIC_URL": given})


@pytest.mark.parametrize(
    ("host", "found", "public_url", "also_at"),
    [
        ("127.0.0.1", (LAN,), "http://127.0.0.1:8000", ()),
        ("0.0.0.0", (LAN, SECOND, "2001:db8::7"), f"http://{LAN}:8000", (f"http://{SECOND}:8000",)),
        ("::", (LAN, "2001:db8::7"), f"http://{LAN}:8000", ("http://[2001:db8::7]:8000",)),
        ("::", ("2001:db8::7",), "http://[2001:db8::7]:8000", ()),
        ("0.0.0.0", (), "http://127.0.0.1:8000", ()),
        ("::1", (LAN,), "http://[::1]:8000", ()),
        ("hall.local", (LAN,), "http://hall.local:8000", ()),
    ],
)
def test_without_a_public_url_links_follow_from_the_host(
    monkeypatch: pytest.MonkeyPatch, host: str, found: tuple[str, ...], public_url: str, also_at: tuple[str, ...]
) -> None:
    monkeypatch.setattr(network, "addresses", lambda: found)
    settings = Settings.from_env(HERE | {"HOST": host})
    assert (settings.public_url, settings.also_at) == (public_url, also_at)


@pytest.mark.parametrize(
    ("url", "host", "found", "sentence"),
    [
        (
            "http://127.0.0.1:8000",
            "127.0.0.1",
            (LAN,),
            f"Serve with HOST=0.0.0.0, and set PUBLIC_URL=http://{LAN}:8000.",
        ),
        ("http://localhost:8000", "0.0.0.0", (LAN,), f"Set PUBLIC_URL=http://{LAN}:8000."),
        (
            "http://[::1]:8000",
            "::1",
            (),
            "Serve with HOST=0.0.0.0, and set PUBLIC_URL to the address that phones can open.",
        ),
        ("http://127.0.0.1:8000", "0.0.0.0", (), "Set PUBLIC_URL to the address that phones can open."),
        ("http://127.0.0.1:8000", "0.0.0.0", (SIX,), f"Serve with HOST=::, and set PUBLIC_URL=http://[{SIX}]:8000."),
        ("http://127.0.0.1:8000", "0.0.0.0", (SIX, LAN), f" machine alone. Set PUBLIC_URL=http://{LAN}:8000."),
        (
            "http://[fe80::1%eth0]:8000",
            "fe80::1%eth0",
            (),
            "Serve with HOST=0.0.0.0, and set PUBLIC_URL to the address",
        ),
        ("http://localhost:8000/results", "0.0.0.0", (LAN,), f"Set PUBLIC_URL=http://{LAN}:8000/results."),
        ("http://[::ffff:127.0.0.1]:8000", "0.0.0.0", (LAN,), f"Set PUBLIC_URL=http://{LAN}:8000."),
        ("http://hall.local:8000", "0.0.0.0", (LAN,), ""),
        (f"http://{LAN}:8000", "0.0.0.0", (), ""),
    ],
)
def test_where_no_phone_can_open_a_link_the_sentence_says_what_to_set(
    monkeypatch: pytest.MonkeyPatch, url: str, host: str, found: tuple[str, ...], sentence: str
) -> None:
    monkeypatch.setattr(network, "addresses", lambda: found)
    said = Settings(host=host, public_url=url).closed_to_phones
    assert bool(said) is bool(sentence) and sentence in said


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
async def test_a_server_at_all_addresses_is_opened_at_the_address_of_its_links(
    redis: Embedded, tmp_path: Path, capsys: pytest.CaptureFixture[str], host: str
) -> None:
    settings = Settings.from_env(HERE | {"HOST": host, "REDIS_URL": redis.url, "DATA_DIR": str(tmp_path), "PORT": "0"})
    if settings.closed_to_phones:
        pytest.skip("this machine is on no network")
    app = build_app(settings)
    server = WebServer(app, settings, app.hub.end)
    running = asyncio.create_task(server.listen())
    await until(lambda: server.started, "uvicorn")
    port = server.servers[0].sockets[0].getsockname()[1]
    async with httpx2.AsyncClient() as client:
        for url in (settings.public_url, settings.at_home, *settings.also_at):
            assert (await client.get(url.removesuffix(":0") + f":{port}/healthz")).status_code == 200, url
    server.should_exit = True
    await running
    assert f"on air at {settings.public_url}, on this machine at http://127.0.0.1:0\n" in capsys.readouterr().out
