"""The security room on its page: the document's rows, and a day with exits and an act that does not fit."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.audit import app
from services.console.domain.room_day import picture_of
from tests.integration.console.desk import Desk, words
from tests.unit.cli.apart import Apart

DOCUMENT = Path(__file__).parents[2] / "unit" / "audit" / "data" / "room_log.csv"


def test_the_documents_day_is_shown_without_a_time_inside(house: Apart, desk: Desk) -> None:
    data_dir = house.embedded.kit.data_dir
    command = ["rooms", "import", str(DOCUMENT), "--data-dir", str(data_dir), "--json"]
    for again in ("false", "true"):
        made = CliRunner().invoke(app, command)
        assert made.exit_code == 0, made.output
        assert f'"again": {again}' in made.output
    desk.sign_in("supervisor-1")
    desk.get("/rooms")
    told = words(desk.page.text)
    assert "マイナンバー室の入退室 The security room — 2019-01-04" in told
    assert "退室の記録がありません" in told
    assert "同じ1分間に2人が入室しています" in told
    assert told.count("▶ 入室") == 15 + 1
    assert "花子" not in told
    assert 'class="inside"' not in desk.page.text
    assert "この日の記録はありません" in words(desk.get("/rooms?day=2019-01-05"))


def test_a_clerk_is_not_offered_the_page(desk: Desk) -> None:
    desk.sign_in("clerk-1")
    assert 'href="/rooms"' not in desk.get("/home")
    desk.get("/rooms", expect=403)


def test_a_bar_is_drawn_only_between_an_entry_and_its_exit() -> None:
    def stay(user: str, left: str | None) -> dict[str, object]:
        return {"user": user, "staff_id": "", "entered_at": "2026-06-01T00:00:00.000Z", "left_at": left}

    entry = {"at": "2026-06-01T00:00:00.000Z", "direction": "in", "staff_id": ""}
    act = {"at": "2026-06-01T12:30:00.000Z", "outcome": "room-empty", "staff_id": "operator-1"}
    day = {
        "entries": [{**entry, "user": "1"}, {**entry, "user": "2"}],
        "stays": [stay("1", "2026-06-01T01:30:00.000Z"), stay("2", None)],
        "checks": [act, {**act, "outcome": "confirmed", "staff_id": "operator-2"}],
    }
    picture = picture_of(day)
    assert [(line.who, len(line.bars), len(line.marks)) for line in picture.lines] == [
        ("(1)", 1, 1),
        ("(2)", 0, 1),
        ("operator-1", 0, 1),
    ]
    assert picture.lines[0].bars[0].words == "09:00–10:30"
    assert picture.hours[-1][1] == "22:00"
    assert picture.lines[0].bars[0].width == pytest.approx(1.5 * (picture.hours[1][0] - picture.hours[0][0]), abs=0.2)
