"""``python -m server container``: the file from which a container is built. It is printed, and nothing is built."""

import argparse
from typing import Any

from server.settings import Settings

_FILE = """\
# Declared in a container, built from a checkout:
#   python -m server container > Containerfile
#   podman build --format docker -t declared -f Containerfile . && rm Containerfile
#   podman run -p 8000:8000 -v declared:/data -e PUBLIC_URL=https://results.example declared
# docker does the same without --format, without which podman leaves out the health check.
# Commands beside it: podman exec CONTAINER python -m server invite …
# With DRAIN_SECONDS=N give it --stop-timeout too, 40 more than twice N: it is killed after ten seconds otherwise.
# What /data has is lost with the container unless it is a volume; with REDIS_URL and SECRET_KEY given it needs none.
FROM python:3.11-slim AS built
WORKDIR /declared
COPY requirements.txt requirements-node.txt ./
RUN python -m venv .venv && .venv/bin/pip install --no-cache-dir --no-deps --require-hashes -r requirements.txt
COPY scripts/setup scripts/
COPY web web
RUN rm -rf web/node_modules web/static/vendor && scripts/setup files && rm -rf web/node_modules
COPY server server
RUN .venv/bin/python -m compileall -q server && .venv/bin/python -c 'import asyncio; \\
  from server.html import static, templates; asyncio.run(templates.compile_all()); static.compress()'

FROM python:3.11-slim
RUN useradd --system --uid 8000 --home-dir /data --create-home declared
COPY --from=built /declared /declared
WORKDIR /declared
USER declared
ENV PATH=/declared/.venv/bin:$PATH HOST=0.0.0.0 PORT=8000 DATA_DIR=/data PYTHONUNBUFFERED=1
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --start-period=20s CMD python -c 'import sys, urllib.request as web; \\
  web.urlopen(f"http://127.0.0.1:{sys.argv[1]}/readyz", timeout=5)' $PORT
CMD ["python", "-m", "server", "serve"]
"""


def add_parser(commands: Any) -> None:
    """Add ``container`` to the command line."""
    parser: argparse.ArgumentParser = commands.add_parser("container", help="print a file to build a container from")
    parser.set_defaults(call=container)


def container(options: argparse.Namespace, settings: Settings) -> int:
    """Print the file."""
    print(_FILE, end="")
    return 0
