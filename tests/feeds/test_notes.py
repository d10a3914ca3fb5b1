"""What a contest's data says of the notes about it."""

from starlette.testclient import TestClient

from tests.feeds.site import ROCHESTER


def test_a_contests_history_has_of_each_note_its_kind_who_speaks_and_its_languages(client: TestClient) -> None:
    history = client.get(f"/api/nights/{ROCHESTER}/contests/{ROCHESTER}").json()["history"]
    notes = {one["at"][11:16]: one["particulars"] for one in history if one["kind"] == "note-posted.1"}
    assert len(notes) == 12
    shapps = notes["04:23"]
    assert (shapps["kind"], shapps["speaker"], shapps["party"]) == ("reaction", "Grant Shapps", "PP52")
    assert set(shapps["texts"]) == {"cy", "de"}
    assert all("particulars" not in one and "note" not in one for one in history if one["kind"] != "note-posted.1")
