"""The program's configuration, read once from the environment; nothing else reads os.environ."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


class SettingsError(ValueError):
    """A variable in the environment that cannot be used; the message says which and why."""


@dataclass(frozen=True)
class Settings:
    """``redis_url`` None means the embedded server; ``replicas`` must have a write before it is acknowledged.

    ``share_port``: several processes of this machine may serve there, and the kernel spreads the clients."""

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

        SettingsError on rubbish.
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
            secret_key=environ.get("SECRET_KEY") or _kept_secret(data_dir),
        )


def _number(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name) or str(default)
    if not text.isdecimal() or int(text) > 65535:
        raise SettingsError(f"{name} must be a whole number up to 65535, not {text!r}.")
    return int(text)


def _kept_secret(data_dir: Path) -> str:
    """The key that signs sessions and invitations, made once for a data folder; several machines share SECRET_KEY."""
    file = data_dir / "secret"
    data_dir.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text()
    secret = secrets.token_urlsafe(32)
    os.write(descriptor, secret.encode())
    os.close(descriptor)
    return secret
