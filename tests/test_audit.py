"""What the audit of the packages says: what nobody could be asked about is never called sound."""

from typing import Any

from tests.audit import by_versions, told

SOUND: dict[str, Any] = {"name": "jinja2", "version": "3.1.6", "vulns": []}
HIT: dict[str, Any] = {
    "name": "jinja2",
    "version": "2.11.2",
    "vulns": [{"id": "PYSEC-2021-66", "fix_versions": ["2.11.3"]}],
}
UNASKED: dict[str, Any] = {"name": "redis", "version": "8.1.0", "skip_reason": "Dependency not found on PyPI"}


def test_packages_of_which_nobody_knows_are_not_called_checked() -> None:
    lines, known = told("Python packages", [UNASKED, UNASKED], "")
    assert known == 0 and len(lines) == 1
    assert "NOT CHECKED AGAINST KNOWN VULNERABILITIES" in lines[0] and "not found on PyPI" in lines[0]
    assert "no route" in told("npm's packages", [], "no route")[0][0]


def test_what_is_known_is_counted_and_named_with_its_remedy() -> None:
    lines, known = told("Python packages", [SOUND, HIT, UNASKED], "")
    assert known == 1
    assert lines[0] == "Python packages: 2 were checked against known vulnerabilities."
    assert lines[1:] == [
        "  redis was NOT: Dependency not found on PyPI",
        "  jinja2 2.11.2: PYSEC-2021-66, mended in 2.11.3",
    ]


def test_versions_are_compared_where_nothing_else_is_told() -> None:
    assert by_versions([("redis", "8.1.0", "8.2.0")], "")[1] == "  redis 8.1.0, the newest is 8.2.0"
    assert by_versions(None, "no index") == ["  Nor could versions be compared: no index"]
