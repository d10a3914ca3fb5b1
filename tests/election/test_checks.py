"""The checks on entered figures: what must be known, what a sum that fails suggests, and the table of their codes."""

import ast
from pathlib import Path

import pytest

from server.election.contests import Candidate, Contest
from server.election.deciding.checks import check_figures
from server.election.events import Declared
from server.election.methods.figures import Rejected
from server.election.texts.check_codes import CHECKS, Finding
from server.nights.archive import load

SERVER = Path(__file__).resolve().parents[2] / "server"
NAMES = ("Mark Reckless", "Kelly Tolhurst", "Naushabah Khan")
VOTES = {"1": 16867, "2": 13947, "3": 6713}
REJECTED = Rejected(48, 0, 21, 3, 24)
PAPERS = sum(VOTES.values()) + 48


def contest(electorate: int = 400_000) -> Contest:
    candidates = tuple(Candidate(str(place), name, f"PP{place}") for place, name in enumerate(NAMES, 1))
    return Contest("parl.somewhere.2019-12-12", "Somewhere", "E1", "", "", electorate, candidates)


def sentence(votes: dict[str, int], rejected: Rejected = REJECTED, papers: int = PAPERS) -> str:
    """The one thing that stands against these figures."""
    (finding,) = check_figures(contest(), votes, rejected, papers, None, must_reconcile=True)
    return finding.sentence


def test_figures_that_account_for_every_paper_are_not_refused() -> None:
    assert check_figures(contest(), VOTES, REJECTED, PAPERS, None, must_reconcile=True) == []


def test_figures_that_must_reconcile_want_both_papers_verified_and_rejected() -> None:
    findings = check_figures(contest(), VOTES, None, None, None, must_reconcile=True)
    assert [(one.code, one.field) for one in findings] == [
        ("papers-missing", "papers"),
        ("rejected-missing", "rejected"),
    ]
    assert findings[0].sentence == "The ballot papers must be verified before the votes can be declared."


def test_figures_that_need_not_reconcile_may_leave_papers_unknown() -> None:
    assert check_figures(contest(), VOTES, None, None, None) == []
    assert check_figures(contest(), VOTES, None, PAPERS, None) == []
    assert check_figures(contest(), VOTES, REJECTED, None, None) == []


def test_putney_short_by_6558_is_refused_with_that_very_number() -> None:
    night = load("parl.2019-12-12")
    putney = next(one for one in night.definition.contests if one.name == "Putney")
    true = next(one for one in night.events if isinstance(one, Declared) and one.ballot == putney.ballot)
    assert true.rejected is not None
    papers = sum(true.votes.values()) + true.rejected.total
    short = {**true.votes, "1": true.votes["1"] - 6558}
    findings = check_figures(putney, short, true.rejected, papers, None, must_reconcile=True)
    assert [one.code for one in findings] == ["votes-below-papers"]
    assert f"come to {papers - 6558:,}: 6,558 fewer than the {papers:,} ballot papers verified." in findings[0].sentence


@pytest.mark.parametrize(
    ("votes", "rejected", "hint"),
    [
        ({**VOTES, "1": 168_670}, REJECTED, "Is there a digit too many in Mark Reckless's 168,670?"),
        ({**VOTES, "1": 18_667}, REJECTED, "Are two digits exchanged in Mark Reckless's 18,667?"),
        ({**VOTES, "2": 13_497}, REJECTED, "Are two digits exchanged in Kelly Tolhurst's 13,497?"),
        (
            VOTES,
            Rejected(237, 0, 210, 3, 24),
            "Is there a digit too many in the 210 rejected for voting for more candidates than one?",
        ),
        (VOTES, Rejected(84), "Are two digits exchanged in the 84 rejected papers?"),
    ],
)
def test_one_slip_that_explains_the_difference_is_named(votes: dict[str, int], rejected: Rejected, hint: str) -> None:
    assert sentence(votes, rejected).endswith(f" verified. {hint}")


def test_a_row_as_large_as_the_excess_may_be_counted_twice() -> None:
    assert sentence(VOTES, papers=PAPERS - 6713).endswith("Have you counted Naushabah Khan's 6,713 twice?")


def test_a_difference_that_two_slips_explain_is_left_to_people() -> None:
    votes = {"1": 21, "2": 32, "3": 500}  # 9 too many: 12 and 32, or 21 and 23
    assert sentence(votes, Rejected(0), 544).endswith("9 more than the 544 ballot papers verified.")


def test_a_number_of_one_digit_explains_nothing_since_it_would_by_chance() -> None:
    votes = {"1": 21, "2": 500, "3": 9}  # 9 too many: 12 and 21, as 9 might be the votes of the third
    assert sentence(votes, Rejected(0), 521).endswith("Are two digits exchanged in Mark Reckless's 21?")


def test_a_difference_that_no_slip_explains_is_only_said() -> None:
    assert sentence({**VOTES, "1": 16_870}).endswith("3 more than the 37,575 ballot papers verified.")


def test_a_finding_knows_whether_it_blocks() -> None:
    assert Finding("votes-none", "votes", "").blocks
    assert not Finding("rejected-high", "rejected", "").blocks
    with pytest.raises(KeyError):
        _ = Finding("no-such-check", "", "").blocks


MAKERS = ("Finding", "found_in_box")


def codes_made() -> set[str]:
    """Every code of a finding that is made, or in a dict that goes out as one, {"code": "code", …}."""
    made: list[ast.AST] = []
    for file in SERVER.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in MAKERS:
                made += ast.walk(node.args[0])
            elif isinstance(node, ast.Dict):
                made += [value for key, value in zip(node.keys, node.values, strict=True) if _is_code(key)]
    return {one.value for one in made if isinstance(one, ast.Constant) and isinstance(one.value, str)}


def _is_code(key: ast.expr | None) -> bool:
    return isinstance(key, ast.Constant) and key.value == "code"


def test_every_code_is_in_the_table_and_every_code_of_the_table_is_used() -> None:
    assert codes_made() == set(CHECKS)


def test_the_table_of_the_manual_is_the_table_of_the_program() -> None:
    lines = [
        f"| `{one.code}` | {'blocks' if one.blocks else 'wants a reason'} | {one.what} |" for one in CHECKS.values()
    ]
    table = "\n".join(["| code | | what it means |", "|---|---|---|", *lines])
    manual = (SERVER / "count" / "README.md").read_text()
    assert f"## Checks\n\n{table}\n\n" in manual
    blocking = [one.blocks for one in CHECKS.values()]
    assert blocking == sorted(blocking, reverse=True)
