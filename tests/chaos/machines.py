"""Machines of one network: namespaces of this kernel that can be cut off, or loopback where nobody may make any."""

import os
import subprocess
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from itertools import permutations

from tests.conftest import free_port


class Machine:
    """A machine: its address, and what comes before a command that is to run on it. ``namespace`` is "" on loopback."""

    def __init__(self, host: str, namespace: str = "") -> None:
        self.host, self.namespace = host, namespace
        self.command: list[str] = ["ip", "netns", "exec", namespace] if namespace else []

    def port(self, usual: int) -> int:
        """The port at which something serves: the usual one, where each machine has its own."""
        return usual if self.namespace else free_port()

    def cut_off(self, is_cut: bool) -> None:
        """Pull its plug, or put it back: whatever is sent to it or by it meanwhile is lost."""
        _ip("-n", self.namespace, "link", "set", "eth0", "down" if is_cut else "up")

    def forget(self, other: "Machine", does: bool) -> None:
        """Send nothing to another machine any more, or send again; the rest of the network goes on."""
        _ip("-n", self.namespace, "route", "add" if does else "del", "blackhole", f"{other.host}/32")


def may_be_made() -> bool:
    """Whether this kernel and user allow namespaces with a network of their own."""
    return (
        os.geteuid() == 0
        and subprocess.run(["ip", "netns", "add", "declared-try"], stderr=subprocess.DEVNULL, check=False).returncode
        == 0
        and not _ip("netns", "del", "declared-try")
    )


@contextmanager
def machines(number: int) -> Generator[Sequence[Machine]]:
    """So many machines; all on loopback where no namespaces may be made."""
    if not may_be_made():
        yield [Machine("127.0.0.1") for _ in range(number)]
        return
    name = f"dc{os.getpid()}"
    net = f"10.{200 + os.getpid() % 50}.{os.getpid() // 50 % 250}"
    made = [Machine(f"{net}.{2 + each}", f"{name}-{each}") for each in range(number)]
    _ip("link", "add", name, "type", "bridge")
    try:
        _ip("address", "add", f"{net}.1/24", "dev", name)
        _ip("link", "set", name, "up")
        for each, machine in enumerate(made):
            _ip("netns", "add", machine.namespace)
            _ip("link", "add", f"{name}v{each}", "type", "veth", "peer", "name", "eth0", "netns", machine.namespace)
            _ip("link", "set", f"{name}v{each}", "master", name, "up")
            _ip("-n", machine.namespace, "address", "add", f"{machine.host}/24", "dev", "eth0")
            for device in ("lo", "eth0"):
                _ip("-n", machine.namespace, "link", "set", device, "up")
        yield made
    finally:
        for machine in made:
            subprocess.run(["ip", "netns", "del", machine.namespace], stderr=subprocess.DEVNULL, check=False)
        _ip("link", "del", name)


def part(machine: Machine, others: Sequence[Machine], does: bool) -> None:
    """Let one machine and the others hear nothing of each other, or again; who is elsewhere reaches all of them."""
    for one, other in permutations((machine, *others), 2):
        if machine in (one, other):
            one.forget(other, does)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)
