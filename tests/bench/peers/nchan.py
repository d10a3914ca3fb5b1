"""nginx with nchan, from apt: one worker, one channel, nothing buffered; told what to publish over HTTP."""

import os
import pwd
import shutil
import tempfile
from http.client import HTTPConnection
from pathlib import Path

from tests.bench.peers.peer import Peer

_MODULE = Path("/usr/lib/nginx/modules/ngx_nchan_module.so")
# nginx drops newcomers once fifteen sixteenths of worker_connections are taken: 22,000 are enough for 20,000.
_CONFIGURATION = """
load_module {module};
daemon off;
user {user};
pid {folder}/pid;
error_log stderr error;
worker_processes 1;
events {{ worker_connections 22000; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  keepalive_timeout 600;
  keepalive_requests 100000;
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    nchan_channel_id night;
    location = / {{ nchan_subscriber websocket; nchan_websocket_ping_interval 0; }}
    location = /publish {{ nchan_publisher http; nchan_store_messages off; }}
  }}
}}
"""


class Nchan(Peer):
    """Master and worker are both counted; the master sleeps."""

    def missing(self) -> str:
        """Whether it is there as Debian has it."""
        if _nginx() and _MODULE.exists():
            return ""
        return "nginx with nchan is not installed: apt-get install nginx libnginx-mod-nchan"

    def start(self) -> None:
        """Write its configuration, and run it."""
        self._folder = tempfile.TemporaryDirectory(prefix="nchan-")
        self._asked = False
        super().start()

    def pids(self) -> tuple[int, ...]:
        """The master and its worker."""
        master = self._process.pid
        worker = Path(f"/proc/{master}/task/{master}/children").read_text().split()
        return (master, *map(int, worker))

    def publish(self, text: str) -> None:
        """Send it; the answer is read before the next, so that nothing waits for it."""
        if self._asked:
            self._answer()
        self._publisher.request("POST", "/publish", text.encode())
        self._asked = True

    def stop(self) -> None:
        """End it, and forget its files."""
        self._publisher.close()
        super().stop()
        self._folder.cleanup()

    def _command(self) -> list[str]:
        user = pwd.getpwuid(os.geteuid()).pw_name
        text = _CONFIGURATION.format(module=_MODULE, user=user, folder=self._folder.name, port=self.port)
        configuration = Path(self._folder.name, "nginx.conf")
        configuration.write_text(text)
        # It does not watch its standard input, so the kernel ends it with this process.
        return ["setpriv", "--pdeathsig", "TERM", _nginx(), "-p", self._folder.name, "-c", str(configuration)]

    def _answers(self) -> bool:
        """Whether the worker is there: its master listens before that."""
        self._publisher = HTTPConnection("127.0.0.1", self.port)
        try:
            self._publisher.request("GET", "/publish")
            self._publisher.getresponse().read()
        except ConnectionError:
            return False
        return True

    def _answer(self) -> None:
        answer = self._publisher.getresponse()
        answer.read()
        assert answer.status in (201, 202), f"nchan refused a message: {answer.status} {answer.reason}"


def _nginx() -> str:
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin") or ""
