"""Which addresses webhooks may be sent to. A name is resolved once, and the connection goes to the address that was
looked at: a name that leads elsewhere a moment later does not pass."""

import asyncio
import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import cast
from urllib.parse import urlsplit

import httpcore2

from server.election.refusals import Refused

_NAT64 = IPv6Network("64:ff9b::/96")
_GIVEN_OUT, _OF_BOOKS = IPv6Network("2000::/3"), IPv6Network("3fff::/20")  # RFC 4291 and RFC 9637: all that is public
_FORBIDDEN = frozenset(map(chr, [*range(0x21), 0x7F]))  # RFC 3986: control characters and space are in no address


class NotAllowed(httpcore2.ConnectError):
    """An address that nothing is sent to; the message is a sentence."""


class Guard(httpcore2.AsyncNetworkBackend):
    """Connects only to addresses in ``networks``, and where ``public`` is set to those that everybody can reach."""

    def __init__(self, networks: Iterable[str], *, public: bool) -> None:
        self._networks, self._public = [ip_network(network) for network in networks], public
        self._backend = cast(httpcore2.AsyncNetworkBackend, httpcore2.AnyIOBackend())

    def allows(self, address: IPv4Address | IPv6Address) -> bool:
        """Whether something may be sent to this address."""
        inside = _inside(address)
        named = any(inside in network for network in self._networks if network.version == inside.version)
        if inside.version == 6 and (inside not in _GIVEN_OUT or inside in _OF_BOOKS):
            return named
        return named or (self._public and inside.is_global and not inside.is_multicast)

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 (httpcore2 names it so)
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Connect to the first address of a host that can be reached; NotAllowed if it has none that may be."""
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpcore2.ConnectError(f"{host} has no address.") from error
        addresses = list(dict.fromkeys(str(where[0]) for *_, where in found))
        allowed = [one for one in addresses if "%" not in one and self.allows(ip_address(one))]
        if not allowed:
            way = "" if self._public else " without https"
            raise NotAllowed(f"{host} is at an address that nothing is sent to{way}.")
        failed: Exception = httpcore2.ConnectError(f"{host} cannot be reached.")
        for address in allowed:
            try:
                return await self._backend.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failed = error
        raise failed


def written_address(text: str) -> str:
    """An address to send to as it is kept; Refused if it is none, or has a password in it."""
    try:
        parts = urlsplit(text)
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except (ValueError, UnicodeError):
        host, port, parts = "", None, urlsplit("")
    if parts.scheme not in ("https", "http") or not host or port == 0 or _FORBIDDEN & set(text) or not text.isascii():
        raise Refused("hook-address", "Write the whole address, as in https://cms.example/results.")
    if "@" in parts.netloc:
        raise Refused("hook-address", "An address with a name or password in it is not kept: what is sent is signed.")
    return parts._replace(fragment="").geturl()


def _inside(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 address leads to, where it does; else the address."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None) or address
