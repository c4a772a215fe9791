"""The command line: exit codes, results as JSON, refusals with a stable code."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cli.main import COMMANDS, main


class Ran:
    """What a command did."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def json(self) -> Any:
        """Standard output, which has to be JSON and nothing else."""
        return json.loads(self.out)


@pytest.fixture
def shokai(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Any:
    def run(*arguments: object) -> Ran:
        monkeypatch.setattr(sys, "argv", ["shokai", *map(str, arguments)])
        capfd.readouterr()
        try:
            main()
            code = 0
        except SystemExit as left:
            code = int(left.code or 0)
        return Ran(code, *capfd.readouterr())

    return run


def test_people_and_jlis_work_on_files(shokai: Any, tmp_path: Path) -> None:
    made = shokai("simulate", "people", "--count", 400, "--members", 30, "--out", tmp_path / "p", "--json")
    assert made.code == 0
    assert made.json["people"] == 400
    assert {request["records"] for request in made.json["requests"]} == {30}
    assert all(Path(request["truth"]).exists() for request in made.json["requests"])
    inquiry = tmp_path / "inquiry.txt"
    head = b"H,b-1,2,2026-06-A,2026-06-16T00:00:00+09:00\n"
    inquiry.write_bytes(head + f"T,0,{hashlib.sha256(head).hexdigest()}\n".encode())
    arguments = ("simulate", "jlis", "--registry", tmp_path / "p", "--inquiry", inquiry)
    answered = shokai(*arguments, "--answer", tmp_path / "answer.txt", "--as-of", "2026-06-15", "--json")
    assert answered.code == 0
    assert answered.json["inquiries"] == 0
    assert (tmp_path / "answer.txt").read_text().startswith("H,b-1,2,")
    inquiry.write_bytes(head)
    refused = shokai(*arguments, "--answer", tmp_path / "none.txt", "--json")
    assert refused.code == 1
    assert refused.json["refused"] == "bad-inquiry-file"


def test_a_request_is_made_out_of_a_reply(shokai: Any, tmp_path: Path) -> None:
    reply = tmp_path / "reply.csv"
    rows = [f"2,{at},M{at},10,ABCDEFGH{at:02d}," for at in range(1, 31)]
    text = "1,1,00012345,20260625,1,r,utf-8,20260616\r\n" + "\r\n".join(rows) + "\r\n9,30,0\r\n"
    reply.write_text(text, "utf-8", newline="")
    made = shokai("simulate", "request", "--reply", reply, "--kind", "main", "--out", tmp_path, "--disc", "--json")
    assert made.code == 0
    assert made.json["plan_number"] == "00012345"
    assert Path(made.json["file"]).with_suffix(".iso").exists()
    reply.write_text("1,1,00012345\r\n9,0,0\r\n", "utf-8", newline="")
    again = shokai("simulate", "request", "--reply", reply, "--kind", "main", "--out", tmp_path, "--json")
    assert (again.code, again.json["refused"]) == (1, "no-inquiry-numbers")


def test_what_exists_is_never_overwritten(shokai: Any, tmp_path: Path) -> None:
    arguments = ("simulate", "people", "--count", 100, "--members", 10, "--out", tmp_path / "p")
    assert shokai(*arguments).code == 0
    again = shokai(*arguments, "--json")
    assert (again.code, again.json) == (1, {"refused": "folder-exists", "facts": {}})
    spoken = shokai(*arguments)
    assert (spoken.code, spoken.out) == (1, "")
    assert "folder-exists" in spoken.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("jobs", "run"),
        ("jobs", "run", "--data-dir", ".", "--as-of", "2026-06-15T00:00:00"),
        ("jobs", "run", "--data-dir", ".", "--as-of", "soon"),
        ("simulate", "people", "--count", "0", "--out", "x"),
        ("simulate", "people", "--date", "1.6.2026", "--out", "x"),
        ("simulate", "request", "--kind", "provisional", "--reply", "pyproject.toml", "--out", "x"),
        ("audit", "verify"),
        ("audit", "verify", "--log", "tests"),
    ],
)
def test_wrong_use_ends_with_two(shokai: Any, arguments: tuple[str, ...]) -> None:
    assert shokai(*arguments).code == 2


def test_a_place_without_a_data_directory_is_refused(shokai: Any, tmp_path: Path) -> None:
    run = shokai("jobs", "run", "--data-dir", tmp_path, "--as-of", "2026-06-15T00:00:00+09:00", "--json")
    assert (run.code, run.json["refused"]) == (1, "data-dir-missing")


def test_layouts_are_shown_as_tables_and_as_data(shokai: Any) -> None:
    listed = shokai("layouts", "list", "--json").json
    assert "pfa-request-1" in {each["name"] for each in listed}
    for each in listed:
        assert shokai("layouts", "show", each["name"]).out.startswith(each["name"])
        assert shokai("layouts", "show", each["name"], "--json").json["name"] == each["name"]
    unknown = shokai("layouts", "show", "nothing", "--json")
    assert (unknown.code, unknown.json["refused"]) == (1, "unknown-layout")


def test_help_names_every_command(shokai: Any) -> None:
    run = shokai("--help")
    assert run.code == 0
    assert all(name in run.out for name in COMMANDS)


def test_the_command_starts_without_loading_what_it_does_not_need() -> None:
    code = "import cli.main, sys; print(int('polars' in sys.modules or 'fastapi' in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "0\n"
