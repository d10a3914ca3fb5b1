"""The program's configuration, read once from the environment. No other module reads os.environ."""

import os
import secrets
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_SHORTEST_SECRET = 16  # characters


class SettingsError(ValueError):
    """A variable of the environment that cannot be used; the message says which one and why."""


@dataclass(frozen=True)
class Settings:
    """All settings, with their defaults.

    ``redis_url`` None means the embedded server. ``replicas`` is how many replicas must have a write before it is
    acknowledged. ``share_port``: several processes may serve at one port, and the kernel spreads the clients.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    share_port: bool = False
    redis_url: str | None = None
    replicas: int = 0
    data_dir: Path = ROOT / "data"
    public_url: str = "http://127.0.0.1:8000"
    secret_key: str = field(default="", repr=False)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Read HOST, PORT, SHARE_PORT, REDIS_URL, REDIS_REPLICAS, DATA_DIR, PUBLIC_URL and SECRET_KEY.

        SettingsError if one of them cannot be used.
        """
        data_dir = Path(environ.get("DATA_DIR") or ROOT / "data").absolute()
        host, port = environ.get("HOST") or "127.0.0.1", _number(environ, "PORT", 8000)
        return cls(
            host=host,
            port=port,
            share_port=environ.get("SHARE_PORT", "") not in ("", "0"),
            redis_url=environ.get("REDIS_URL") or None,
            replicas=_number(environ, "REDIS_REPLICAS", 0),
            data_dir=data_dir,
            public_url=(environ.get("PUBLIC_URL") or f"http://{host}:{port}").rstrip("/"),
            secret_key=_secret(environ, data_dir),
        )


def _number(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name) or str(default)
    if not (text.isascii() and text.isdecimal() and len(text) <= 5 and int(text) <= 65535):
        raise SettingsError(f"{name} must be a whole number up to 65535, not {text!r}.")
    return int(text)


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
