"""The program's configuration, read once from the environment. No other module reads os.environ."""

import os
import re
import secrets
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

from server import network

ROOT = Path(__file__).resolve().parent.parent
_SHORTEST_SECRET = 16  # characters
WEBHOOK_PAUSES = (5, 15, 60, 300, 600, 900, 1800, 1800, 3600, 3600, 7200, 7200)  # seconds: seven and a half hours
_USUAL = {"json": "some", "plain": "few"}  # LOG_FORMAT → LOG_REQUESTS
_HOME = {"0.0.0.0": "127.0.0.1", "::": "127.0.0.1"}  # HOST for all addresses → one at which this machine opens the site


class SettingsError(ValueError):
    """A variable of the environment that cannot be used; the message says which one and why."""


@dataclass(frozen=True)
class Settings:
    """All settings, with their defaults.

    ``redis_url`` None means the embedded server. ``replicas`` is how many replicas must have a write before it is
    acknowledged. ``share_port``: several processes may serve at one port, and the kernel spreads the clients. Links for
    others begin with ``public_url``; ``also_at`` are further addresses of this machine, where PUBLIC_URL is not set.
    ``trusted_proxies`` are networks whose X-Forwarded-For is believed, those of IPv4 also as IPv6 sockets show them.
    A process that is told to stop goes on for ``drain_seconds``. ``log_requests``: "few" (slow or failed), "some" (all
    but files and health) or "all". Webhooks may go to ``webhook_networks`` besides public addresses, and what is not
    taken is sent again after each of ``webhook_pauses``, in seconds. ``push_contact`` is whom push services can write
    to; without it no closed browser is told of anything.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    share_port: bool = False
    redis_url: str | None = None
    replicas: int = 0
    data_dir: Path = ROOT / "data"
    public_url: str = "http://127.0.0.1:8000"
    also_at: tuple[str, ...] = ()
    webhook_networks: tuple[str, ...] = ()
    webhook_pauses: tuple[float, ...] = WEBHOOK_PAUSES
    push_contact: str = ""
    trusted_proxies: tuple[str, ...] = ("127.0.0.1/32", "::ffff:127.0.0.1/128", "::1/128")
    secret_key: str = field(default="", repr=False)
    drain_seconds: int = 0
    log_json: bool = False
    log_requests: str = "few"
    log_addresses: bool = False

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Read the variables that the README lists; SettingsError if one of them cannot be used."""
        data_dir = Path(environ.get("DATA_DIR") or ROOT / "data").absolute()
        host, port = environ.get("HOST") or "127.0.0.1", _number(environ, "PORT", 8000)
        (public_url, *also_at), shares = _public_urls(environ, host, port), _yes(environ, "SHARE_PORT")
        log_format = _one_of(environ, "LOG_FORMAT", "json", "plain") or ("plain" if sys.stderr.isatty() else "json")
        return cls(
            host=host,
            port=port,
            share_port=shares,
            redis_url=_redis_url(environ),
            replicas=_number(environ, "REDIS_REPLICAS", 0),
            data_dir=data_dir,
            public_url=public_url,
            also_at=tuple(also_at),
            trusted_proxies=_networks(environ, "TRUSTED_PROXIES", "127.0.0.1 ::1"),
            webhook_networks=_networks(environ, "WEBHOOK_NETWORKS", ""),
            push_contact=_contact(environ),
            webhook_pauses=_seconds(environ, "WEBHOOK_PAUSES", WEBHOOK_PAUSES),
            secret_key=_secret(environ, data_dir),
            drain_seconds=_number(environ, "DRAIN_SECONDS", 10 if shares else 0),
            log_json=log_format == "json",
            log_requests=_one_of(environ, "LOG_REQUESTS", "few", "some", "all") or _USUAL[log_format],
            log_addresses=_yes(environ, "LOG_ADDRESSES"),
        )

    @property
    def prefix(self) -> str:
        """The path below which the site is, as in ``/results``; "" if it has its host to itself."""
        return urlsplit(self.public_url).path

    @property
    def at_home(self) -> str:
        """The address at which this machine itself opens the site."""
        return network.site(_HOME.get(self.host, self.host), self.port)

    @property
    def closed_to_phones(self) -> str:
        """A sentence that says why no phone can open a link of this site, and what to set; "" if phones can."""
        if network.is_open_to_phones(urlsplit(self.public_url).hostname or ""):
            return ""
        is_open = network.is_open_to_phones(self.host) or self.host in _HOME
        serve = "" if is_open else "Serve with HOST=0.0.0.0, and set "
        known = network.addresses()
        here = [address for address in known if ":" not in address or self.host != "0.0.0.0"]
        if known and not here:  # at 0.0.0.0 nothing listens at an IPv6 address
            serve, here = "Serve with HOST=::, and set ", list(known)
        found = [network.site(address, self.port) + self.prefix for address in here]
        url = f"PUBLIC_URL={found[0]}" if found else "PUBLIC_URL to the address that phones can open"
        return f"No phone can open this link, which is for this machine alone. {serve or 'Set '}{url}."


def _redis_url(environ: Mapping[str, str]) -> str | None:
    given, known = environ.get("REDIS_URL") or None, False
    with suppress(ValueError):  # a port is no number
        known = given is None or _names_a_redis(given)
    if not known:
        shown = re.sub(r"^([\w+]+://)?.*@|(?<=password=)[^&]*", r"\1…@", given or "", flags=re.DOTALL)
        raise SettingsError(
            "REDIS_URL must be like redis://redis.example:6379/0, rediss://… for TLS, unix:///path/to/socket, "
            "redis+sentinel://one.example:26379,two.example:26379/name-of-the-primary, or "
            f"redis+cluster://one.example:6379,two.example:6379; it is {shown!r}."
        )
    certificate = environ.get("REDIS_CERTIFICATE", "")
    if given is None or not certificate:
        return given
    if not given.startswith("rediss"):
        raise SettingsError("REDIS_CERTIFICATE is for a Redis with TLS: REDIS_URL must begin with rediss://.")
    if certificate != "any" and not Path(certificate).is_file():
        raise SettingsError(f"REDIS_CERTIFICATE must be an authority's certificate, a file, or any: {certificate!r}.")
    asks = {"ssl_cert_reqs": "none"} if certificate == "any" else {"ssl_ca_certs": str(Path(certificate).absolute())}
    return f"{given}{'&' if '?' in given else '?'}{urlencode(asks)}"


def _names_a_redis(url: str) -> bool:
    parts = urlsplit(url)
    if parts.scheme.endswith(("+sentinel", "+cluster")):
        ports = [urlsplit(f"//{host}").port for host in parts.netloc.rpartition("@")[2].split(",")]
        known = parts.scheme.partition("+")[0] in ("redis", "rediss") and 0 not in ports
        name, _, database = parts.path.strip("/").partition("/")
        return known and bool(name) != parts.scheme.endswith("+cluster") and _is_database(database)
    databases = parse_qs(parts.query).get("db", [])
    if parts.scheme in ("redis", "rediss"):
        databases.append(parts.path.strip("/"))
    known = parts.scheme in ("redis", "rediss") or (parts.scheme == "unix" and parts.path)
    return bool(known) and parts.port != 0 and all(map(_is_database, databases))


def _is_database(text: str) -> bool:
    return not text or (text.isascii() and text.isdecimal())


def _public_urls(environ: Mapping[str, str], host: str, port: int) -> list[str]:
    """How links begin: PUBLIC_URL; or this machine's addresses, the likeliest first, if it serves at all of them."""
    if given := environ.get("PUBLIC_URL"):
        try:
            return [network.as_browsers_write(given)]
        except network.BadAddress as error:
            raise SettingsError(f"PUBLIC_URL {error}; it is {given!r}.") from None
    found = network.addresses() if host in _HOME else ()
    return [network.site(address, port) for address in found if host == "::" or ":" not in address] or [
        network.site(_HOME.get(host, host), port)
    ]


def _networks(environ: Mapping[str, str], name: str, default: str) -> tuple[str, ...]:
    """The networks in a variable; an IPv4 address is ``::ffff:`` and that address on a socket that serves both."""
    found: list[str] = []
    for text in (environ.get(name) or default).replace(",", " ").split():
        try:
            network = ip_network(text)
        except ValueError:
            sentence = f"{name} must be addresses or networks, as in 10.0.0.0/8 or 127.0.0.1, 192.168.1.20"
            raise SettingsError(f"{sentence}; {text!r} is neither.") from None
        found.append(str(network))
        if network.version == 4:
            found.append(f"::ffff:{network.network_address}/{96 + network.prefixlen}")
    return tuple(found)


def _contact(environ: Mapping[str, str]) -> str:
    given = environ.get("PUSH_CONTACT", "")
    if given and not re.fullmatch(r"mailto:[^@\s]+@[^@\s]+|https://\S+", given):
        raise SettingsError(f"PUSH_CONTACT must be like mailto:results@example.org or https://…; it is {given!r}.")
    return given


def _seconds(environ: Mapping[str, str], name: str, default: tuple[float, ...]) -> tuple[float, ...]:
    texts = environ.get(name, "").replace(",", " ").split()
    if not all(re.fullmatch(r"[0-9]{1,5}([.][0-9]{1,3})?", text) for text in texts):
        raise SettingsError(f"{name} must be numbers of seconds, as in 5, 60, 600; it is {environ[name]!r}.")
    return tuple(map(float, texts)) or default


def _number(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name) or str(default)
    if not (text.isascii() and text.isdecimal() and len(text) <= 5 and int(text) <= 65535):
        raise SettingsError(f"{name} must be a whole number up to 65535, not {text!r}.")
    return int(text)


def _yes(environ: Mapping[str, str], name: str) -> bool:
    return environ.get(name, "") not in ("", "0")


def _one_of(environ: Mapping[str, str], name: str, *known: str) -> str:
    """What is set, one of the ``known`` words; "" if nothing is."""
    given = environ.get(name, "")
    if given not in ("", *known):
        raise SettingsError(f"{name} must be one of {', '.join(known)}, not {given!r}.")
    return given


def _secret(environ: Mapping[str, str], data_dir: Path) -> str:
    """The key that signs sessions and invitations: SECRET_KEY, which machines can share, or that of the data folder."""
    if given := environ.get("SECRET_KEY"):
        return given
    file = data_dir / "secret"
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            _make_secret(file)
        file.chmod(0o600)  # a copy that was restored or written by hand may be open to others
        kept = file.read_text().strip()
    except OSError as error:
        raise SettingsError(f"No key can be kept in {file}: {error.strerror}. Set SECRET_KEY or DATA_DIR.") from error
    if len(kept) < _SHORTEST_SECRET:
        # Anybody who knows the key can sign an invitation to the desk, and everybody knows an empty key.
        raise SettingsError(
            f"{file} has no key of at least {_SHORTEST_SECRET} characters. Delete it, and another is made; "
            "invitations that the lost key signed are void."
        )
    return kept


def _make_secret(file: Path) -> None:
    """Write a new key, unless another process does so first; the file appears with its whole content, or not at all."""
    descriptor, draft = tempfile.mkstemp(prefix="secret-", dir=file.parent)
    try:
        with os.fdopen(descriptor, "w") as writing:
            writing.write(secrets.token_urlsafe(32))
            writing.flush()
            os.fsync(descriptor)
        with suppress(FileExistsError):
            os.link(draft, file)
    finally:
        Path(draft).unlink()
    folder = os.open(file.parent, os.O_RDONLY)
    os.fsync(folder)  # otherwise a loss of power may lose the file's name, and with it the key
    os.close(folder)
