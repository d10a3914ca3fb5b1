"""``python -m server unit``: the unit with which systemd runs this checkout. It is printed, not installed."""

import argparse
import sys
from pathlib import Path
from typing import Any

from server.settings import ROOT, Settings

_SECONDS_TO_END = 40

# The program syncs and ends its embedded Redis before it exits; systemd kills what is left only after that. Commands of
# whoever operates it must find the embedded Redis, so that the service has no /tmp of its own and no user made for it.
_UNIT = """\
# Declared, run by systemd: python -m server unit > /etc/systemd/system/declared.service
#   useradd --system --home-dir /var/lib/declared --no-create-home declared
#   systemctl daemon-reload && systemctl enable --now declared
# Settings (PORT, PUBLIC_URL, REDIS_URL…) stand in /etc/declared.env, a NAME=value a line, mode 0600.
# Commands beside it: systemd-run --pipe --wait --uid=declared --working-directory={root} \\
#   -p EnvironmentFile=-/etc/declared.env -E DATA_DIR=/var/lib/declared {python} -m server invite …
[Unit]
Description=Declared, live election-night results
Documentation=file://{root}/server/OPERATIONS.md
Wants=network-online.target
After=network-online.target
# However long Redis is away, it is started again: a start without it takes some five seconds, and ends with 1.
StartLimitIntervalSec=0

[Service]
User=declared
WorkingDirectory={root}
Environment=DATA_DIR=/var/lib/declared
EnvironmentFile=-/etc/declared.env
ExecStart="{python}" -m server serve
StateDirectory=declared
StateDirectoryMode=0700
LimitNOFILE=65536
KillMode=mixed
# Twice DRAIN_SECONDS, and time for what ends after it. DRAIN_SECONDS was {drain} when this was printed: with another in
# /etc/declared.env, print the unit with that.
TimeoutStopSec={stop}
SuccessExitStatus=143
Restart=on-failure
RestartSec=1
# A setting that cannot be used (78) does not come right by itself.
RestartPreventExitStatus=78
NoNewPrivileges=yes
ProtectSystem=strict
PrivateDevices=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectControlGroups=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictSUIDSGID=yes
LockPersonality=yes
ReadWritePaths=/tmp

[Install]
WantedBy=multi-user.target
"""


def add_parser(commands: Any) -> None:
    """Add ``unit`` to the command line."""
    parser: argparse.ArgumentParser = commands.add_parser("unit", help="print a unit for systemd")
    parser.set_defaults(call=unit)


def unit(options: argparse.Namespace, settings: Settings) -> int:
    """Print the unit for this checkout and this Python."""
    drain = settings.drain_seconds
    stop = max(60, 2 * drain + _SECONDS_TO_END)
    told = {"root": _escaped(ROOT), "python": _escaped(Path(sys.executable).absolute()), "drain": drain, "stop": stop}
    print(_UNIT.format(**told), end="")
    return 0


def _escaped(path: Path) -> str:
    """A path as a unit has it (systemd.unit(5))."""
    return str(path).replace("%", "%%")
