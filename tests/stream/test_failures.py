"""What a Redis that refuses, is set wrong or hangs is told as: on real servers, by the sentence that people read."""

import asyncio
import os
import re
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from limits import parse
from msgspec import Raw
from redis.exceptions import BusyLoadingError, ClusterError
from structlog.testing import capture_logs

from server.__main__ import main
from server.app import build_app
from server.election.counting.acts import Asked, Stamp
from server.settings import ROOT, Settings
from server.stream.cursors.clocks import Clocks
from server.stream.cursors.cursors import Cursors
from server.stream.cursors.subscriptions import Subscriptions
from server.stream.drafts import Drafts, Stored
from server.stream.events import EventStream
from server.stream.patience import seconds_of_rest
from server.stream.photos.photos import Photos
from server.stream.presence.presence import Presence
from server.stream.rates import Rates
from server.stream.servers.failures import StreamUnavailable, StreamUnfit, ended, failed
from server.stream.submit import Submitter
from tests.conftest import free_port
from tests.nights_by_hand import START, declare
from tests.redises import Server, server, switch_to
from tests.running import answered, serving
from tests.stream.test_events import NIGHT, opened
from tests.stream.test_ledger import REASONS


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Server]:
    with server(tmp_path / "one") as started:
        yield started


@pytest.mark.parametrize(
    ("done", "told"),
    [
        ("REPLICAOF 127.0.0.1 {nobody}", "is a replica now, which takes no writes"),
        ("CONFIG SET min-replicas-to-write 1", "too few of its replicas are connected"),
        ("CONFIG SET maxmemory 1", "no memory left"),
        ("CONFIG SET replica-serve-stale-data no|REPLICAOF 127.0.0.1 {nobody}", "has lost its primary"),
    ],
)
async def test_a_redis_that_refuses_writes_says_why_and_takes_them_again_later(
    one: Server, done: str, told: str
) -> None:
    stream = EventStream(one.url)
    submitter = await opened(stream)
    for command in done.format(nobody=free_port()).split("|"):
        one.ask(command)
    with pytest.raises(StreamUnavailable, match=told) as refusal:
        await submitter.submit(NIGHT, declare(0), START)
    assert not isinstance(refusal.value, StreamUnfit), "it may pass"
    with pytest.raises(StreamUnavailable, match=f"{told}|is a replica now"):
        await stream.client.together([("SET", "{night}:settled", 1)])  # as a confirmation begins
    for command in ("REPLICAOF NO ONE", "CONFIG SET min-replicas-to-write 0", "CONFIG SET maxmemory 0"):
        one.ask(command)
    assert (await submitter.submit(NIGHT, declare(0), START)).seq == 2
    await stream.close()


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("redis://127.0.0.1:{port}/99", "no database of that number"),
        ("redis://reader:secret@127.0.0.1:{port}", "may not do this: .*names the rights"),
        ("redis://reader:wrong@127.0.0.1:{port}", "refuses the user or the password"),
        ("redis://reader:secret@127.0.0.1:{port}?nonsense=1", "says nonsense=1, which no connection"),
        ("redis://127.0.0.1:{port}?socket_timeout=soon", "says socket_timeout=soon, which no connection"),
        ("redis://127.0.0.1:{port}?ssl_cert_reqs=none", "says ssl_cert_reqs=none, which no connection"),
        ("redis://127.0.0.1:{port}?decode_responses=yes", "says decode_responses=yes, which no connection"),
        ("redis://127.0.0.1:{port}?encoding=nonsense", "says encoding=nonsense, which no connection"),
        (
            "rediss://127.0.0.1:{port}?ssl_ciphers=none",
            "speaks no TLS that this program can follow: No cipher can be sel",
        ),
        ("redis+cluster://127.0.0.1:{port}?nonsense=1", "says nonsense=1, which no connection"),
        ("redis+sentinel://127.0.0.1:{port}/night?sentinel_nonsense=1", "says sentinel_nonsense=1, which no connec"),
    ],
)
def test_a_redis_that_cannot_be_used_with_these_settings_says_what_is_wrong_with_them(
    one: Server,
    url: str,
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    one.ask("ACL SETUSER reader on >secret ~* +xrange")
    monkeypatch.setenv("REDIS_URL", url.format(port=one.port))
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("PORT", str(free_port()))
    code = main(["serve"])
    err = capsys.readouterr().err
    assert code == os.EX_CONFIG, err
    assert re.search(told, err)


def test_a_user_who_may_not_hear_of_news_is_told_so_at_the_start(
    one: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    one.ask("ACL SETUSER declared on >password ~* +@all -xread")
    monkeypatch.setenv("REDIS_URL", f"redis://declared:password@127.0.0.1:{one.port}")
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("PORT", str(free_port()))
    code = main(["serve"])
    err = capsys.readouterr().err
    assert code == os.EX_CONFIG, err
    assert re.search(r"may not do this: .*'xread' command\. server/stream/README.md names the rights", err)


async def test_a_right_that_a_script_lacks_is_named_as_any_other(one: Server) -> None:
    one.ask("ACL SETUSER declared on >password ~* +@all -xadd")
    stream = EventStream(f"redis://declared:password@127.0.0.1:{one.port}")
    with pytest.raises(StreamUnfit, match=r"may not do this: .*'xadd' command.*README.md names the rights"):
        await opened(stream)
    await stream.close()


async def test_a_process_that_may_not_hear_of_news_any_more_is_not_ready_and_logs_it_once(
    one: Server, tmp_path: Path
) -> None:
    one.ask("ACL SETUSER declared on >password ~* +@all")
    with capture_logs() as lines:
        await _forbidden_and_allowed_again(one, tmp_path)
    told = [line["event"] for line in lines if line["event"] in ("waiting for redis", "following again")]
    assert len(told) < 5 and told[-1] == "following again" and told.count("following again") == 1, lines


async def _forbidden_and_allowed_again(one: Server, tmp_path: Path) -> None:
    async with (
        serving(f"redis://declared:password@127.0.0.1:{one.port}", tmp_path) as site,
        httpx2.AsyncClient(base_url=site.url) as client,
    ):
        await answered(client, "/readyz")
        one.ask("ACL SETUSER declared -xread")
        one.ask("CLIENT KILL TYPE normal SKIPME yes")
        while (ready := await client.get("/readyz")).status_code == 200:
            await asyncio.sleep(0.05)
        assert "'xread' command" in ready.json()["reasons"][0], ready.text
        one.ask("ACL SETUSER declared +xread")
        assert (await answered(client, "/readyz")).json()["reasons"] == []


def test_a_redis_that_is_away_for_hours_is_waited_for() -> None:
    assert [seconds_of_rest(failures) for failures in (1, 2, 5, 100_000)] == [0.1, 0.2, 1.0, 1.0]


@pytest.fixture
def signed_by_itself(tmp_path: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate for 127.0.0.1 that nobody trusts, and what a server needs to show it."""
    key, certificate = tmp_path / "key", tmp_path / "certificate"
    making = "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=redis -addext subjectAltName=IP:127.0.0.1"
    subprocess.run([*making.split(), "-keyout", key, "-out", certificate], check=True, capture_output=True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    return certificate, context


async def test_a_certificate_that_is_not_trusted_is_called_so_and_can_be_trusted(
    one: Server, signed_by_itself: tuple[Path, ssl.SSLContext]
) -> None:
    certificate, context = signed_by_itself
    async with switch_to(one, context) as switch:
        stream = EventStream(switch.url)
        with pytest.raises(StreamUnfit, match=r"certificate of Redis at 127.0.0.1:\d+ is not trusted: self-signed"):
            await stream.open()
        await stream.close()
        by_name = switch.url.replace("127.0.0.1", "localhost")  # which the certificate is not for
        for url, said in ((switch.url, str(certificate)), (switch.url + "?db=0", str(certificate)), (by_name, "any")):
            environment = {"REDIS_URL": url, "REDIS_CERTIFICATE": said, "SECRET_KEY": "a secret of this test"}
            trusting = EventStream(Settings.from_env(environment).redis_url or "")
            await opened(trusting)
            await trusting.close()


async def test_what_is_no_redis_is_called_so() -> None:
    async def answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    listener = await asyncio.start_server(answers, "127.0.0.1", 0)
    at = f"127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    for url in (f"redis://{at}", f"redis+sentinel://{at}/night", f"redis+cluster://{at}"):
        with pytest.raises(StreamUnfit, match=r"is no Redis: .*HTTP/1.1 400"):
            await EventStream(url).open()
    listener.close()


async def test_a_redis_that_goes_away_while_a_process_starts_is_waited_for(
    one: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.app._SECONDS_TO_CATCH_UP", 0.1)
    stream = EventStream(one.url)
    await stream.open()
    app = build_app(Settings(redis_url=one.url, data_dir=tmp_path, secret_key="a secret of this test"), stream)
    one.kill()
    async with app.router.lifespan_context(app):
        assert not app.hub.ready.is_set()
    await stream.close()


async def test_a_node_of_a_cluster_is_called_so(tmp_path: Path) -> None:
    with server(tmp_path / "node", "--cluster-enabled", "yes") as node:
        node.ask("CLUSTER ADDSLOTSRANGE 0 16383")
        node.wait_until("CLUSTER INFO", "cluster_state:ok")
        stream = EventStream(node.url)
        with pytest.raises(StreamUnfit, match="node of a Redis Cluster: REDIS_URL must be like redis"):
            await stream.open()
        await stream.close()


async def test_where_nobody_listens_that_is_said_with_the_systems_reason() -> None:
    stream = EventStream(f"redis://user:secret@127.0.0.1:{free_port()}")
    with pytest.raises(StreamUnavailable, match=r"No Redis answers at 127.0.0.1:\d+: Connect") as failure:
        await stream.open()
    assert "secret" not in str(failure.value)
    await stream.close()


async def test_where_no_sentinel_names_a_primary_that_is_one_sentence() -> None:
    where = f"127.0.0.1:{free_port()}"
    stream = EventStream(f"redis+sentinel://user:secret@{where}/night")
    with pytest.raises(StreamUnavailable) as failure:
        await stream.open()
    assert str(failure.value).startswith(f"No Sentinel at {where}/night answers with a primary of that name.")
    assert "ConnectionPool" not in str(failure.value)
    await stream.close()


def test_a_redis_that_is_loading_is_told_as_that_however_long_it_was_asked_again() -> None:
    loading, given_up = BusyLoadingError("Redis is loading the dataset", status_code="LOADING"), TimeoutError()
    given_up.__cause__ = asyncio.CancelledError()
    given_up.__cause__.__context__ = loading
    assert "still reading its data" in str(failed(given_up, "here"))


async def test_a_redis_that_hangs_is_waited_for_once_and_found_again(one: Server, tmp_path: Path) -> None:
    async with switch_to(one) as switch:
        stream = EventStream(switch.url)
        submitter = await opened(stream)
        async with serving(switch.url, tmp_path) as site, httpx2.AsyncClient(base_url=site.url) as client:
            await answered(client, "/readyz")
            switch.answers.clear()
            for _ in range(3):
                with pytest.raises(StreamUnavailable, match="did not answer in time"):
                    await submitter.look(NIGHT)
            ready = await client.get("/readyz")
            assert (ready.status_code, ready.json()["ready"]) == (503, False)
            switch.answers.set()
            await answered(client, "/readyz")
            assert (await Submitter(stream).submit(NIGHT, declare(0), START)).seq == 2
        await stream.close()


async def test_readiness_says_that_replicas_are_away(one: Server, tmp_path: Path) -> None:
    stream = EventStream(one.url, replicas=1)
    assert "Redis has 0 of the 1 replicas" in await stream.lacks_replicas()
    with server(tmp_path / "replica", "--replicaof", f"127.0.0.1 {one.port}"):
        one.wait_until("INFO replication", "state=online")
        assert await stream.lacks_replicas() == ""
    await stream.close()


async def test_the_rights_that_are_named_are_enough(one: Server, tmp_path: Path) -> None:
    readme = (ROOT / "server" / "stream" / "README.md").read_text()
    (rights,) = re.findall(r"^ACL SETUSER declared .* ~nights .*$", readme, re.MULTILINE)
    assert one.ask(rights) == "OK"
    url = f"redis://declared:password@127.0.0.1:{one.port}"
    stream = EventStream(url)
    await stream.open()
    assert stream.durable
    submitter, drafts = await opened(stream), Drafts(stream)
    stamp = Stamp(seq=0, at=START, by="officer", invitation="", device="", command_id="ask")
    await submitter.ask(NIGHT, Asked(**stamp, command=declare(0), reasons=REASONS))
    await submitter.ask(NIGHT, Asked(**stamp, command=declare(0), reasons=REASONS))
    async with serving(url, tmp_path) as site, httpx2.AsyncClient(base_url=site.url) as client:
        assert (await answered(client, "/readyz")).json()["reasons"] == []
        await answered(client, f"/nights/{NIGHT}", "Seat 0")
    await drafts.put("one", Stored(1, START, "Ann", Raw(b"1"), opens=START))
    await drafts.put("one", Stored(2, START, "Ann", Raw(b"2")))
    assert len(await drafts.listed()) == 1 and await drafts.earlier("one", 1) and not await drafts.due(START)
    await drafts.drop("one", NIGHT)
    assert await drafts.became("one") == NIGHT
    for clocks in (Clocks(drafts), Clocks(drafts, "directors")):
        code, token = await clocks.begin(NIGHT, b"1") or ("", "")
        assert (await clocks.move(code, token, 1, b"2"), await clocks.found(code)) == ("moved", (NIGHT, b"2"))
    told = Subscriptions(stream)
    for seats in (["a", "b"], ["b", "c"]):
        assert await told.put(NIGHT, "browser", b"says", seats)
    assert [await told.of(NIGHT, seat) for seat in "abc"] == [[], [b"says"], [b"says"]]
    await told.forget(NIGHT, "browser")
    assert await told.of(NIGHT, "b") == []
    await told.erase(NIGHT)
    rates = Rates(url)
    for _ in range(2):
        assert [await rates.seconds_over(parse("1/minute"), "somebody") > 0 for _ in range(2)] == [False, True]
        (name,) = re.findall(r"b'(rates[^']+)'", one.ask("KEYS rates*"))[-1:]
        one.ask(f"PEXPIRE {name} 59000")  # as after a minute: this count becomes that of the minute before
    presence, photos, cursors = Presence(stream), Photos(stream), Cursors(stream)
    await presence.heard(NIGHT, "invitation")
    assert "invitation" in await presence.known(NIGHT)
    await photos.put(NIGHT, "hash", b"picture")
    assert await photos.get(NIGHT, "hash") == b"picture"
    await photos.drop(NIGHT, "hash")
    assert not (await cursors.claim(NIGHT, "hook", "us", 9.0)).wait
    assert await cursors.move(NIGHT, "hook", "us", b"cursor", 0.0, b"log\n", gives_up=True)
    await cursors.note(NIGHT, "hook", b"line\n")
    await cursors.wake(NIGHT, "hook")
    assert await cursors.told(NIGHT, "hook") == (b"cursor", [b"line", b"log"])
    await cursors.drop(NIGHT, "hook")
    assert await stream.begin_again(NIGHT, (2, 1), (await stream.read(NIGHT))[0], ())
    confirming = EventStream(url)
    one.ask("CONFIG SET appendfsync everysec")
    await confirming.open()
    await Submitter(confirming).submit(NIGHT, declare(1), START)
    await stream.erase(NIGHT)
    assert await stream.nights() == [] and await stream.lost() == []
    await stream.close()
    await confirming.close()
    assert one.ask("ACL LOG") == "[]", "nothing was refused, not even what nobody misses"


@pytest.fixture
def redis_7_0(tmp_path: Path) -> Iterator[Server]:
    program = shutil.which("redis-server") or ""
    if not program or " v=7.0." not in subprocess.run([program, "-v"], capture_output=True, text=True).stdout:
        pytest.skip("a Redis 7.0 is asked, as Debian 12 has it")
    with server(tmp_path / "old", program=program) as old:
        yield old


async def test_redis_7_0_is_given_the_rights_that_it_knows_and_says_what_it_cannot_tell(redis_7_0: Server) -> None:
    readme = (ROOT / "server" / "stream" / "README.md").read_text()
    (rights,) = re.findall(r"^ACL SETUSER declared .* ~nights .*$", readme, re.MULTILINE)
    (unknown,) = re.findall(r"Redis 7.0 knows\s+neither `(.*)` nor `(.*)`: leave them out", readme)
    for right in unknown:
        rights = rights.replace(f" {right}", "")
    assert redis_7_0.ask(rights) == "OK"
    stream = EventStream(f"redis://declared:password@127.0.0.1:{redis_7_0.port}")
    await stream.open()
    submitter = await opened(stream)
    assert stream.durable and (await submitter.submit(NIGHT, declare(0), START)).seq == 2
    redis_7_0.ask("ACL SETUSER declared -config|get")
    await stream.open()
    assert stream.not_durable == ("Redis before 7.2 needs appendfsync always, and the right +config|get to say so.",)
    await stream.close()


async def test_a_clock_of_redis_that_is_set_back_keeps_nobody_out(one: Server) -> None:
    rates, limit = Rates(one.url), parse("1/minute")
    assert [await rates.seconds_over(limit, "Jane") > 0 for _ in range(2)] == [False, True]
    (name,) = re.findall(r"b'(rates[^']+)'", one.ask("KEYS rates*"))
    one.ask(f"PEXPIRE {name} 3660000")  # as for a count that was begun while the clock was an hour ahead
    assert [await rates.seconds_over(limit, "Jane") > 0 for _ in range(3)] == [False, False, True]


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("rediss://{at}?ssl_ca_certs=/nowhere/ca.pem", "REDIS_URL says ssl_ca_certs=/nowhere/ca.pem, and there is no"),
        ("redis+sentinel://{at}/night", "This is a Redis and no Sentinel"),
        ("redis+cluster://{at}", "This Redis is no node of a cluster"),
    ],
)
async def test_a_url_of_what_the_server_is_not_is_named_and_does_not_pass(one: Server, url: str, told: str) -> None:
    with pytest.raises(StreamUnfit, match=told):
        await EventStream(url.format(at=f"127.0.0.1:{one.port}")).open()


async def test_tls_that_a_plain_redis_does_not_answer_is_named(one: Server) -> None:
    with pytest.raises(StreamUnavailable, match="One without TLS does not answer a REDIS_URL of rediss"):
        await EventStream(f"rediss://127.0.0.1:{one.port}").open()


@pytest.mark.parametrize(
    "error",
    [
        AttributeError("'NoneType' object has no attribute 'writelines'"),
        RuntimeError("unable to perform operation on <TCPTransport closed=True>; the handler is closed"),
    ],
)
def test_a_connection_that_ended_while_another_used_it_is_one_that_ended(error: Exception) -> None:
    with pytest.raises(ConnectionError), ended():
        raise error


def test_a_mistake_of_ours_is_not_taken_for_a_connection_that_ended() -> None:
    with pytest.raises(AttributeError), ended():
        raise AttributeError("'Night' object has no attribute 'writelines'")


def test_a_slot_that_moved_too_often_for_one_question_is_told_as_moving() -> None:
    failure = failed(ClusterError("TTL exhausted."), "somewhere")
    assert "is moving this night to another node" in str(failure)
    assert not isinstance(failure, StreamUnfit)
