"""Whose word about a client's address is taken: that of the proxies in the settings, and of nobody before them."""

from pathlib import Path

import httpx2
import pytest

from server.settings import Settings, SettingsError
from server.stream.embedded import Embedded
from tests.count.conftest import SECRET
from tests.running import serving

CLOCKS = "/nights/parl.2010-05-06/clock"
MOST = 30  # clocks that one address may begin in a minute
CLOCK = {"at": 1273190400000, "pace": 1, "plays": False}


async def statuses(site: str, told: list[str], more: tuple[tuple[str, str], ...] = ()) -> list[int]:
    """What is answered to whoever begins a clock, with each of these values of X-Forwarded-For."""
    async with httpx2.AsyncClient(base_url=site) as client:
        headers = [[*more, ("X-Forwarded-For", value)] for value in told]
        return [(await client.post(CLOCKS, json=CLOCK, headers=one)).status_code for one in headers]


async def test_the_rightmost_address_that_is_no_proxys_is_the_clients(redis: Embedded, tmp_path: Path) -> None:
    proxies = Settings.from_env({"SECRET_KEY": SECRET, "TRUSTED_PROXIES": "127.0.0.1, 10.0.0.0/8"}).trusted_proxies
    async with serving(redis.url, tmp_path, trusted_proxies=proxies) as site:
        forged = [f"203.0.113.{number}, 198.51.100.7, 10.2.3.4" for number in range(MOST)]
        assert set(await statuses(site.url, forged)) == {201}
        over = await statuses(site.url, ["10.1.1.1, 203.0.113.99, 198.51.100.7, 10.9.9.9", "198.51.100.7"])
        assert over == [429, 429], "one client behind two proxies, whatever it says of itself"
        assert await statuses(site.url, ["198.51.100.7, 203.0.113.9", "unknown, 203.0.113.9"]) == [201, 201]
        in_two_lines = (("X-Forwarded-For", "203.0.113.200"),)
        assert await statuses(site.url, ["198.51.100.7"], in_two_lines) == [429]


async def test_nobody_else_is_believed(redis: Embedded, tmp_path: Path) -> None:
    async with serving(redis.url, tmp_path, trusted_proxies=("192.0.2.1/32",)) as site:
        forged = [f"203.0.113.{number}" for number in range(MOST + 1)]
        assert await statuses(site.url, forged, (("Forwarded", "for=203.0.113.1"),)) == [201] * MOST + [429]


def test_a_proxy_is_trusted_on_a_socket_for_both_kinds_of_address() -> None:
    for given, networks in (
        ("", ("127.0.0.1/32", "::ffff:127.0.0.1/128", "::1/128")),
        ("10.0.0.0/8 2001:db8::/32", ("10.0.0.0/8", "::ffff:10.0.0.0/104", "2001:db8::/32")),
    ):
        settings = Settings.from_env({"SECRET_KEY": SECRET, "TRUSTED_PROXIES": given})
        assert settings.trusted_proxies == networks
    assert Settings().trusted_proxies == Settings.from_env({"SECRET_KEY": SECRET}).trusted_proxies


@pytest.mark.parametrize(
    ("url", "certificate", "why"),
    [
        ("redis://redis.example", "any", "REDIS_URL must begin with rediss://"),
        ("", "any", ""),
        ("rediss://redis.example", "/nowhere/ca.pem", "must be an authority's certificate, a file, or any"),
    ],
)
def test_a_certificate_that_cannot_be_used_is_refused_with_a_sentence(url: str, certificate: str, why: str) -> None:
    environment = {"SECRET_KEY": SECRET, "REDIS_URL": url, "REDIS_CERTIFICATE": certificate}
    if not why:
        assert Settings.from_env(environment).redis_url is None, "the embedded server has none"
        return
    with pytest.raises(SettingsError, match=why):
        Settings.from_env(environment)


@pytest.mark.parametrize("given", ["*", "10.0.0.1/8", "nginx", "127.0.0.1;10.0.0.1"])
def test_what_names_no_network_is_refused_with_a_sentence(given: str) -> None:
    with pytest.raises(SettingsError, match="TRUSTED_PROXIES must be addresses or networks"):
        Settings.from_env({"SECRET_KEY": SECRET, "TRUSTED_PROXIES": given})
