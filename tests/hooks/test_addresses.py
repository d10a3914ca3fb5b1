"""Which addresses webhooks go to: no private one, whatever its name says, unless the place has named its network."""

import asyncio
import socket
from collections.abc import AsyncIterator
from ipaddress import ip_address
from typing import Any

import pytest
from starlette.responses import RedirectResponse, StreamingResponse

from server.election.refusals import Refused
from server.hooks.addresses import Guard, NotAllowed, written_address
from server.hooks.messages import Message
from server.hooks.secret import secret_of
from server.hooks.sending import Sender
from tests.hooks.receiver import LOOPBACK, Receiver, receiving

_MESSAGE = Message("hook-1-abc", "note.posted", b'{"type":"note.posted","data":{"seq":1}}')
_SECRET = secret_of("a key", "hook")


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),
        *("224.0.0.1", "255.255.255.255", "192.0.2.1", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "2001:db8::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2002:a00:1::1"),
        *(
            "64:ff9b:1::a00:1",
            "fec0::1",
            "::ffff:0:127.0.0.1",
            "::127.0.0.1",
            "::10.0.0.1",
            "5f00::1",
            "3fff::1",
            "100::1",
        ),
    ],
)
def test_what_is_not_public_is_sent_nothing(address: str) -> None:
    assert not Guard((), public=True).allows(ip_address(address))


def test_what_is_public_or_named_is_sent_to() -> None:
    assert all(Guard((), public=True).allows(ip_address(one)) for one in ("93.184.215.14", "2606:2800:21f::1"))
    named = Guard(("192.168.1.0/24", "::1/128"), public=False)
    assert [named.allows(ip_address(one)) for one in ("192.168.1.9", "::ffff:192.168.1.9", "::1")] == [True] * 3
    assert not any(named.allows(ip_address(one)) for one in ("192.168.2.9", "93.184.215.14"))


async def test_a_name_is_looked_up_once_and_the_connection_goes_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that is public when it is looked at, and leads home when it is connected to, does not pass."""
    asked: list[str] = []
    real = asyncio.get_running_loop().getaddrinfo

    async def answer(host: str, port: int, **rest: Any) -> Any:
        asked.append(host)
        if host == "rebound.example":
            where = "127.0.0.1" if len(asked) == 1 else "10.0.0.1"
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (where, port))]
        return await real(host, port, **rest)

    receiver = Receiver({"/hook": _SECRET})
    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", answer)
    async with receiving(receiver) as url:
        sender = Sender((LOOPBACK,))
        port = url.rpartition(":")[2]
        answered = await sender.send(f"http://rebound.example:{port}/hook", _SECRET, _MESSAGE)
        await sender.close()
    assert answered.is_taken
    assert asked[0] == "rebound.example"
    assert asked.count("rebound.example") == 1
    with pytest.raises(NotAllowed):
        await Guard((LOOPBACK,), public=False).connect_tcp("rebound.example", 80)


async def test_loopback_is_refused_unless_it_is_named() -> None:
    receiver = Receiver({"/hook": _SECRET})
    async with receiving(receiver) as url:
        sender = Sender(())
        answer = await sender.send(f"{url}/hook", _SECRET, _MESSAGE)
        await sender.close()
    assert (answer.status, receiver.tried) == (0, 0)
    assert answer.says == "127.0.0.1 is at an address that nothing is sent to without https."


async def test_a_redirect_is_not_followed_and_of_an_answer_only_the_beginning_is_read() -> None:
    async def without_end() -> AsyncIterator[bytes]:
        while True:
            await asyncio.sleep(0)
            yield b"x" * 1000

    receiver = Receiver({"/hook": _SECRET, "/elsewhere": _SECRET, "/long": _SECRET})
    receiver.answering["/hook"] = lambda _: RedirectResponse("/elsewhere", 307)
    receiver.answering["/long"] = lambda _: StreamingResponse(without_end())
    async with receiving(receiver) as url:
        sender = Sender((LOOPBACK,))
        moved = await sender.send(f"{url}/hook", _SECRET, _MESSAGE)
        long = await sender.send(f"{url}/long", _SECRET, _MESSAGE)
        await sender.close()
    assert (moved.status, moved.is_taken, receiver.received["/elsewhere"]) == (307, False, [])
    assert long.is_taken
    assert long.says == "x" * 160


async def test_who_does_not_answer_is_not_awaited_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.hooks.sending.SECONDS", 0.2)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        sender = Sender((LOOPBACK,))
        answer = await sender.send(f"http://127.0.0.1:{silent.getsockname()[1]}/", _SECRET, _MESSAGE)
        await sender.close()
    assert answer.status == 0
    assert answer.says.startswith("No answer")


async def test_an_answer_whose_body_never_ends_is_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    async def drop_by_drop() -> AsyncIterator[bytes]:
        while True:
            yield b"x"
            await asyncio.sleep(0.02)

    monkeypatch.setattr("server.hooks.sending.SECONDS", 0.6)
    monkeypatch.setattr("server.hooks.sending._SECONDS_OF_BODY", 0.1)
    receiver = Receiver({"/hook": _SECRET})
    receiver.answering["/hook"] = lambda _: StreamingResponse(drop_by_drop())
    async with receiving(receiver) as url:
        sender = Sender((LOOPBACK,))
        answer = await sender.send(f"{url}/hook", _SECRET, _MESSAGE)
        await sender.close()
    assert answer.is_taken and set(answer.says) == {"x"}


def test_a_receiver_with_another_secret_takes_nothing() -> None:
    assert secret_of("a key", "hook") != secret_of("a key", "other") != secret_of("another key", "other")
    assert len(secret_of("a key", "hook")) == len("whsec_") + 44


@pytest.mark.parametrize(
    "text",
    ["", "cms.example", "ftp://cms.example/", "https://", "https://a b.example/", "https://[::1", "https://x:0/"],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        written_address(text)


def test_an_address_is_kept_without_fragment_and_never_with_a_password() -> None:
    assert written_address("https://cms.example/hook?key=1#top") == "https://cms.example/hook?key=1"
    with pytest.raises(Refused, match="password"):
        written_address("https://me:secret@cms.example/")
