"""A night from the browser, from the seat to the screen."""

from starlette.testclient import TestClient

from tests.count.setup.conftest import Admin

CLACTON = "parl.clacton.by.2026-12-10"
GENERAL = "E14001174/parl.2024-07-04"
NAMES = "FARAGE, Nigel, Reform UK\nSMITH, Jane Ann, Labour\nO'BRIEN, Tom, Independent"


def test_a_seat_and_a_pasted_list_are_a_night(admin: Admin, place: TestClient) -> None:
    assert "No night is being prepared" in admin.open("/admin")
    assert "Compared with which election?" in admin.begin("seat", q="clacton", date="2026-12-10").text
    admin.begin("seat", q="clacton", date="2026-12-10", seat=GENERAL)
    assert admin.form()["draft.0.electorate"] == "78,245"
    assert admin.faults() == ["candidates: There is no candidate yet."]
    admin.save("list", list=NAMES)
    assert "not in order of surnames" in admin.page
    admin.save("sort")
    assert [admin.form()[f"draft.0.{row}.surname"] for row in range(3)] == ["Farage", "O'Brien", "Smith"]
    assert admin.faults() == []
    page = admin.open(f"{admin.draft}/preview")
    assert "Preview:" in page and "Nigel Farage" in page
    assert place.get(f"/nights/{CLACTON}").status_code == 404, "nobody else sees it"
    assert admin.open_draft().headers["location"] == f"/admin?opened={CLACTON}"
    assert "Clacton by-election" in admin.open(f"/admin?opened={CLACTON}")
