"""`shokai plan|staff|equipment|client|keys` on a data directory, also while it is open elsewhere."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from cli.data_dir import DataDir
from cli.main import main
from cli.register_work import authority_on
from shared.hosting.installation import DEMO_START
from shared.ids import new_id


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    place = DataDir(tmp_path / "data")
    place.make("試験連合会", "demo", DEMO_START)
    return place.root


@pytest.fixture
def shokai(data_dir: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Any:
    monkeypatch.setenv("SHOKAI_SECRET", "a word that is long enough")

    def run(*arguments: str) -> tuple[int, Any]:
        monkeypatch.setattr(sys, "argv", ["shokai", *arguments, "--data-dir", str(data_dir), "--json"])
        capfd.readouterr()
        try:
            main()
            code = 0
        except SystemExit as left:
            code = int(left.code or 0)
        out = capfd.readouterr().out
        assert "a word that is" not in out
        return code, json.loads(out) if out else None

    return run


PLAN = ("plan", "add", "00012345", "--name", "試験基金", "--kind", "DB", "--channel", "network")
ENTRIES = {
    "staff": ("staff", "add", "new", "--name", "試験 一", "--team", "clerk", "--pledged-on", "2026-04-01"),
    "equipment": ("equipment", "add", "new", "--class", "office_pc", "--place", "office"),
    "client": ("client", "add", "new", "--plan", "00012345", "--plan", "00054321"),
}


@pytest.mark.parametrize("register", sorted(ENTRIES))
def test_an_entry_is_added_listed_and_ended(shokai: Any, register: str) -> None:
    code, added = shokai(*ENTRIES[register])
    assert (code, added["id"]) == (0, "new")
    assert shokai(*ENTRIES[register]) == (1, {"refused": f"{register}-exists", "facts": {}})
    assert [item["id"] for item in shokai(register, "list")[1]["items"]] == ["new"]
    code, ended = shokai(register, "end", "new")
    assert code == 0
    assert ended["left_on" if register == "staff" else "ended_at"]
    assert shokai(register, "end", "nobody")[0] == 1


def test_a_plan_is_added_listed_and_its_contract_ended(shokai: Any) -> None:
    assert shokai(*PLAN)[1]["contract_from"] == "2026-06-01"
    assert shokai(*PLAN)[1]["refused"] == "plan-exists"
    code, ended = shokai("plan", "end", "00012345", "--on", "2026-06-30")
    assert (code, ended["contract_to"]) == (0, "2026-06-30")
    assert shokai("plan", "list")[1]["items"] == [ended]


def test_a_wrong_entry_says_where_and_never_what(shokai: Any) -> None:
    code, refused = shokai("staff", "add", "new", "--name", "試験 一", "--team", "boss")
    assert (code, refused["refused"]) == (1, "invalid-input")
    assert [error.split(":")[0] for error in refused["facts"]["errors"]] == ["team"]


def test_keys_change_only_with_a_second_person_and_once(shokai: Any, data_dir: Path) -> None:
    with authority_on(data_dir) as beside:
        beside.keyring.wrap("plan/00012345", bytes(32), context="c")
        assert shokai("keys", "rotate", "plan/00012345")[1]["refused"] == "approval-required"
        approved = {action: _approved(beside, action) for action in ("keys.rotate", "keys.destroy")}
        wrong = shokai("keys", "rotate", "plan/00012345", "--by", "admin-2", "--approval", approved["keys.rotate"])
        assert wrong[1]["refused"] == "approval-for-something-else"
        by = ("--by", "admin-1", "--approval")
        assert shokai("keys", "rotate", "plan/00012345", *by, approved["keys.rotate"])[0] == 0
        listed = {item["name"]: item["version"] for item in shokai("keys", "list")[1]["items"]}
        assert listed["plan/00012345"] == 2
        again = shokai("keys", "rotate", "plan/00012345", *by, approved["keys.rotate"])
        assert again[1]["refused"] == "approval-used"
        code, certificate = shokai("keys", "destroy", "plan/00012345", *by, approved["keys.destroy"])
        assert (code, certificate["name"]) == (0, "plan/00012345")
        assert shokai("keys", "destroy", "none", *by, "x")[1]["refused"] == "not-found"


def _approved(parts: Any, action: str) -> str:
    """A decided approval as it stands in authority's store."""
    table = parts.db.plumbing.approval
    row = {
        "id": new_id(),
        "action": action,
        "object_id": "plan/00012345",
        "requester": "admin-1",
        "approver": "supervisor-1",
        "approved": True,
        "expires_at": datetime(2099, 1, 1, tzinfo=UTC),
    }
    parts.db.write_now(lambda work: work.session.connection().execute(insert(table).values(row)) and None)
    return str(row["id"])
