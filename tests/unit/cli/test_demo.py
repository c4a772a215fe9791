"""The demonstration's registers as a file, and the patience of its desks."""

import json
import sys
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from cli.demo import desk
from cli.demo.cast import gather, gather_again
from cli.demo.desk import Desk, Stuck
from cli.main import main
from shared.refusals import Refusal


def shokai(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """The command's exit code."""
    monkeypatch.setattr(sys, "argv", ["shokai", *arguments])
    try:
        main()
    except SystemExit as left:
        return int(left.code or 0)
    return 0


def test_the_file_says_what_the_cast_knows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    assert shokai(monkeypatch, "demo", "--print-bootstrap", "--residents", "777", "--seed", "5") == 0
    text = capfd.readouterr().out
    file = tmp_path / "bootstrap.toml"
    file.write_text(text, "utf-8")
    cast, again = gather_again(file), gather_again(file)
    assert cast == again
    assert (cast.residents, cast.seed) == (777, 5)
    assert cast.plans == gather(777, 1).plans
    assert cast.bootstrap["association"]["mode"] == "demo"
    assert isinstance(cast.bootstrap["staff"][0]["roster_from"], date | str)
    assert len(cast.secret_of("clients", "portal")) > 20
    assert tomllib.loads(cast.as_toml()) == tomllib.loads(text)


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "bootstrap.toml"
    for text in ("rubbish", '[association]\nname = "x"\n', "[demo]\nresidents = 5\n"):
        file.write_text(text)
        with pytest.raises(Refusal) as refused:
            gather_again(file)
        assert refused.value.code == "bootstrap-invalid"


@pytest.mark.parametrize(
    "arguments", [["--front", "http://127.0.0.1:9"], ["--bootstrap", "FILE"], ["--front", "http://127.0.0.1:9", "FILE"]]
)
def test_front_and_file_go_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    file = tmp_path / "bootstrap.toml"
    file.write_text(gather(500, 1).as_toml())
    named = [argument.replace("FILE", str(file)) for argument in arguments]
    monkeypatch.chdir(tmp_path)
    assert shokai(monkeypatch, "demo", "--exit", *named) == 2
    assert not (tmp_path / "demo-data").exists()


def test_a_front_needs_the_doors_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "bootstrap.toml"
    file.write_text(gather(500, 1).as_toml())
    monkeypatch.chdir(tmp_path)
    assert shokai(monkeypatch, "demo", "--exit", "--front", "http://127.0.0.1:9", "--bootstrap", str(file)) == 2
    assert not (tmp_path / "demo-data").exists()


def a_desk(*answers: httpx.Response) -> Desk:
    """A desk whose calls get these answers, one after the other."""
    waiting = list(answers)

    async def sign_in() -> str:
        return "token"

    transport = httpx.MockTransport(lambda request: waiting.pop(0))
    return Desk(httpx.AsyncClient(transport=transport, base_url="http://front"), sign_in)


async def test_a_desk_waits_for_a_service_that_is_away_for_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "_AWAY_SECONDS", 0.0)
    one = a_desk(httpx.Response(502), httpx.Response(503), httpx.Response(200, json={"state": "ready"}))
    assert await one.get("/x") == {"state": "ready"}
    monkeypatch.setattr(desk, "PATIENCE_SECONDS", -1)
    with pytest.raises(Stuck, match="503"):
        await a_desk(httpx.Response(503)).get("/x")


async def test_a_desk_looks_until_it_is_all_there(monkeypatch: pytest.MonkeyPatch) -> None:
    def listed(*items: Any) -> httpx.Response:
        return httpx.Response(200, content=json.dumps({"items": items, "next_cursor": None}))

    one, other = {"id": "1"}, {"id": "2"}
    assert await a_desk(listed(), listed(one)).until_listed("/x") == [one]
    both = a_desk(listed(one), listed(one, other)).until_listed("/x", lambda items: len(items) == 2)
    assert await both == [one, other]
    monkeypatch.setattr(desk, "PATIENCE_SECONDS", 0.01)
    with pytest.raises(Stuck, match="not all there"):
        await a_desk(*(listed() for _ in range(50))).until_listed("/x")
