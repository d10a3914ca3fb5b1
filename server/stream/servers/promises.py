"""What the settings of all of Redis's servers promise; each shortcoming is a sentence. No connections."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

OLDEST, WAITAOF = (7, 0), (7, 2)
_NOTHING_EVICTED = "noeviction"


def lacks_file(url: str) -> str:
    """A sentence that says that a file which a URL names is not there; "" if all are."""
    named = parse_qs(urlsplit(url).query)
    for name in ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile"):
        for file in named.get(name, ()):
            if not Path(file).is_file():
                return f"REDIS_URL says {name}={file}, and there is no such file."
    return ""


def version(info: dict[str, Any]) -> tuple[int, ...]:
    """The version in ``INFO server``."""
    return tuple(int(part) for part in str(info["redis_version"]).split(".")[:2])


def is_cluster(info: dict[str, Any]) -> bool:
    """Whether ``INFO server`` is of a cluster's node, as Redis and as Valkey call it."""
    return "cluster" in (info.get("redis_mode"), info.get("server_mode"))


def evicts(told: Sequence[dict[str, Any]]) -> str:
    """A sentence that says that a server may throw nights away, by the ``INFO memory`` of all; "" if none ever does."""
    policies = {one.get("maxmemory_policy", _NOTHING_EVICTED) for one in told} - {_NOTHING_EVICTED}
    if not policies:
        return ""
    return (
        "This Redis may throw a whole night away when its memory is full: set maxmemory-policy "
        f"{_NOTHING_EVICTED}, not {policies.pop()}."
    )


def lacks_replicas(told: Sequence[dict[str, Any]], wanted: int) -> str:
    """A sentence that says that a server has fewer replicas, by the ``INFO replication`` of all; "" if none has."""
    online = min(
        sum("'state': 'online'" in str(one) for name, one in info.items() if name.startswith("slave")) for info in told
    )
    if online >= wanted:
        return ""
    return (
        f"Redis has {online} of the {wanted} replicas that must have each write: nothing is acknowledged "
        "until they are back."
    )


def keeps_no_file(settings: Sequence[dict[str, str]]) -> bool:
    """Whether a server keeps no append-only file, as far as these settings tell."""
    return any(one.get("appendonly") == "no" for one in settings)


def always_syncs(settings: Sequence[dict[str, str]]) -> bool:
    """Whether all servers sync each write, as far as these settings tell."""
    return all(one.get("appendfsync") == "always" for one in settings)
