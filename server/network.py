"""Which address of this machine a phone on the same network can open, and what the address of a site may be. Nothing is
sent to find out."""

import fcntl
import re
import socket
import struct
from collections.abc import Iterable
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, ip_address
from sys import platform
from urllib.parse import urlsplit

_SIOCGIFADDR = 0xC0206921 if platform == "darwin" else 0x8915  # asks an interface for its IPv4 address (netdevice(7))
# Interfaces behind which no phone is: the machine itself, bridges of containers and virtual machines, tunnels.
_VIRTUAL = (
    *("lo", "docker", "br-", "veth", "virbr", "vmnet", "vboxnet", "lxc", "lxd", "cni", "podman"),
    *("tun", "tap", "utun", "wg", "tailscale"),
)
# Addresses set apart for documentation (RFC 5737, RFC 3849): a route is looked up for them, and nothing is sent.
_ELSEWHERE = ((socket.AF_INET, "198.51.100.1"), (socket.AF_INET6, "2001:db8::1"))


class BadAddress(ValueError):
    """What was given as a site's address is none; the message continues a sentence about it."""


def addresses() -> tuple[str, ...]:
    """The addresses of this machine that others on its network can open, the likeliest first."""
    return chosen(_interfaces(), [address for where in _ELSEWHERE if (address := _source(*where))])


def chosen(interfaces: Iterable[tuple[str, str]], routed: Iterable[str]) -> tuple[str, ...]:
    """Of pairs of interface and address, and the addresses that this machine sends from, those to put into a link.

    The address that it sends from comes first, unless that is a tunnel's: then it comes last, for phones are not in it.
    """
    real = [address for name, address in interfaces if not name.startswith(_VIRTUAL)]
    virtual = {address for name, address in interfaces if name.startswith(_VIRTUAL)}
    first = [address for address in routed if address not in virtual]
    known = dict.fromkeys([*first, *real, *routed])
    return tuple(sorted(filter(is_open_to_phones, known), key=lambda address: ip_address(address).is_link_local))


def is_open_to_phones(host: str) -> bool:
    """Whether a phone could open a page at this host: a name or an address, without brackets.

    It cannot where the host means the phone itself or every machine, or where an address goes with a zone, which is
    another one on each machine and has no place in a browser's address (RFC 6874, WHATWG URL).
    """
    try:
        address = ip_address(host)
    except ValueError:
        return host.rstrip(".") != "localhost" and not host.endswith(".localhost")
    if isinstance(address, IPv6Address) and (inside := address.ipv4_mapped):
        address = inside
    if isinstance(address, IPv6Address) and (address.scope_id or address.is_link_local):
        return False
    return not (address.is_loopback or address.is_unspecified)


def site(host: str, port: int) -> str:
    """The address of a site on plain HTTP, as browsers write it: IPv6 in brackets, port 80 left out."""
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}" if port == 80 else f"http://{shown}:{port}"


def as_browsers_write(url: str) -> str:
    """A site's address with its host in lower case, without a default port and a last slash, so that it begins as the
    Origin that browsers send; BadAddress if it is no address of a site, whole or below a path."""
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname or ""
        host = host.encode("idna").decode() if ":" not in host else host
    except (ValueError, UnicodeError):
        raise BadAddress(
            "is no address: its port is at most 65535, and an IPv6 address is written in brackets, http://[2001:db8::7]:8000"
        ) from None
    if parts.scheme not in ("http", "https") or not host:
        raise BadAddress("must begin with http:// or https://, as in http://hall.local:8000")
    if parts.query or parts.fragment or parts.username is not None:
        raise BadAddress("must be a site alone, as in https://results.example or https://news.example/results")
    path = parts.path.rstrip("/")
    if not re.fullmatch(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*", path):
        raise BadAddress("has a path other than letters, digits, -, _, ~ and dots, as in https://news.example/results")
    if not all(letter.isprintable() and letter not in ' <>"\\^`{|}' for letter in host):
        raise BadAddress("has a character in its name that no name of a site has")
    if "%" in host:
        raise BadAddress("has a zone (%), which is another on each machine: give an address that every phone can open")
    shown = f"[{host}]" if ":" in host else host
    default = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{shown}" + ("" if port in (None, default) else f":{port}") + path


def _interfaces() -> list[tuple[str, str]]:
    """Each interface of this machine that has an IPv4 address, with that address."""
    found: list[tuple[str, str]] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        for _, name in socket.if_nameindex():
            with suppress(OSError):  # it has none
                reply = fcntl.ioctl(asking, _SIOCGIFADDR, struct.pack("256s", name.encode()[:15]))
                found.append((name, str(IPv4Address(reply[20:24]))))
    return found


def _source(family: socket.AddressFamily, elsewhere: str) -> str:
    """The address from which this machine would send to another, "" where it has no route there."""
    with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as asking:
        asking.connect((elsewhere, 9))
        return str(asking.getsockname()[0])
    return ""
