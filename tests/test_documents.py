"""What is written about the code, in documents and in comments, names files that exist."""

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parent.parent
_IN_CODE = re.compile(r"`(\w[\w./-]*\.(?:py|md|css|js|html|po))`|(?<![\w./-])((?:server|web|tests|scripts)/[\w./-]+\w)")
_MODULE = re.compile(r"``((?:server|tests)\.[\w.]+)``|python -m ((?:server|tests)\.[\w.]+)")
_LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
_FOLDERS = (".github", "scripts", "server", "tests", "web")
_MADE = ("web/node_modules", "web/static/vendor")  # by scripts/setup, so not in the repository
_WRITTEN = (".py", ".md", ".js", ".css", ".html")


def ours() -> list[str]:
    """The files of the repository."""
    found = [path.relative_to(ROOT) for folder in _FOLDERS for path in (ROOT / folder).rglob("*") if path.is_file()]
    found += [path.relative_to(ROOT) for path in ROOT.iterdir() if path.is_file()]
    return [str(path) for path in found if not str(path).startswith(_MADE) and "__pycache__" not in path.parts]


def ends_of(paths: list[str]) -> set[str]:
    """Every way to name these files and their folders, from the whole path to the last part."""
    ends = set[str]()
    for path in paths:
        for known in (PurePosixPath(path), *PurePosixPath(path).parents):
            ends |= {"/".join(known.parts[start:]) for start in range(len(known.parts))}
    return ends


def named(path: str, text: str) -> Iterator[str]:
    """The paths that a file names, from the root of the repository or from a folder in it."""
    for in_document, anywhere in _IN_CODE.findall(text):
        yield in_document or anywhere
    for module in (first or second for first, second in _MODULE.findall(text)):
        yield module.replace(".", "/")
    if path.endswith(".md"):
        for link in _LINK.findall(text):
            yield str((ROOT / path).parent.joinpath(link).resolve().relative_to(ROOT))


def test_every_file_that_is_named_exists() -> None:
    files = ours()
    ends = ends_of(files)
    ends |= {end.removesuffix(".py") for end in ends if end.endswith(".py")}
    missing = {
        f"{path} names {name}"
        for path in files
        if path.endswith(_WRITTEN) and path != str(Path(__file__).relative_to(ROOT))
        for name in named(path, (ROOT / path).read_text())
        if name not in ends and not name.startswith(_MADE)
    }
    assert missing == set()
