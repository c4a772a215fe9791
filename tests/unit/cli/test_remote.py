"""Jobs by hand on services that run apart from each other: the same report as on a data directory."""

import asyncio
import json
import sys
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from cli.embedded import Embedded
from cli.main import main
from cli.remote import RemoteHouse
from shared.hosting.addresses import Addresses
from shared.refusals import Refusal
from tests.e2e.outside_client import bootstrap
from tests.unit.cli.apart import KEY, Apart

FIRST, SECOND = "2026-06-15T23:59:59+09:00", "2026-07-01T00:00:00+09:00"


def made(place: Path, mode: str = "demo") -> Path:
    """A data directory with the registers of the walk."""
    text = bootstrap() if mode == "demo" else bootstrap().partition("[[plans]]")[0].replace('"demo"', '"production"')
    Embedded.init(place, tomllib.loads(text))
    return place


@pytest.fixture
def apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Apart]:
    with Apart(made(tmp_path / "data"), tmp_path / "key") as one:
        for name, value in one.environment.items():
            monkeypatch.setenv(name, value)
        yield one


def shokai(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *arguments: str) -> tuple[int, Any]:
    """Exit code and result of a command."""
    monkeypatch.setattr(sys, "argv", ["shokai", *arguments, "--json"])
    capfd.readouterr()
    try:
        main()
        code = 0
    except SystemExit as left:
        code = int(left.code or 0)
    out = capfd.readouterr().out
    return code, json.loads(out) if out else None


@pytest.mark.usefixtures("apart")
def test_the_report_is_the_one_of_a_data_directory(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = made(tmp_path / "alone")
    for until in (FIRST, SECOND):
        code, here = shokai(capfd, monkeypatch, "jobs", "run", "--data-dir", str(alone), "--as-of", until)
        assert code == 0
        code, there = shokai(capfd, monkeypatch, "jobs", "run", "--as-of", until)
        assert code == 0
        assert _comparable(there) == _comparable(here)
    assert "intake-cutoff" in {run["job"] for run in there["runs"]}
    code, refused = shokai(capfd, monkeypatch, "jobs", "run", "--as-of", FIRST)
    assert (code, refused["refused"]) == (1, "clock-backwards")
    for place in ([], ["--data-dir", str(alone)]):
        code, now = shokai(capfd, monkeypatch, "jobs", "run", *place)
        assert (code, datetime.fromisoformat(now["as_of"]) >= datetime.fromisoformat(SECOND)) == (0, True)


def test_wrong_keys_and_absent_services_are_told(apart: Apart, monkeypatch: pytest.MonkeyPatch) -> None:
    async def knock(key: str) -> None:
        async with RemoteHouse.open(Addresses(), key):
            return

    asyncio.run(knock(KEY))
    with pytest.raises(Refusal) as refused:
        asyncio.run(knock("wrong"))
    assert refused.value.code == "control-refused"
    monkeypatch.setenv("SHOKAI_MEDIA_URL", "http://127.0.0.1:9")
    with pytest.raises(Refusal) as away:
        asyncio.run(knock(KEY))
    assert (away.value.code, away.value.facts) == ("service-away", {"service": "media"})


def test_it_waits_for_what_is_on_its_way(apart: Apart) -> None:
    busy = {"outbox": 0, "inbox": 1, "records": 0, "running": 0, "seen": 1}
    answers = iter([busy, {**busy, "inbox": 0}, {**busy, "inbox": 0, "seen": 2}, {**busy, "inbox": 0, "seen": 2}])

    async def settle() -> None:
        async with RemoteHouse.open(Addresses(), KEY) as house:
            (intake,) = (service for service in house.services if service.name == "intake")

            async def answer(request: httpx.Request) -> httpx.Response:
                return httpx.Response(200, json=next(answers))

            async with httpx.AsyncClient(
                transport=httpx.MockTransport(answer), base_url=apart.url("intake")
            ) as counted:
                object.__setattr__(intake.door, "http", counted)
                await house.settle()

    asyncio.run(settle())
    assert next(answers, None) is None


def test_where_it_never_gets_quiet_it_says_who(apart: Apart, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.remote.PATIENCE_SECONDS", 0)

    async def settle() -> None:
        async with RemoteHouse.open(Addresses(), KEY) as house:

            async def busy(request: httpx.Request) -> httpx.Response:
                return httpx.Response(200, json={"outbox": 2, "inbox": 0, "records": 0, "running": 0, "seen": 1})

            async with httpx.AsyncClient(transport=httpx.MockTransport(busy), base_url="http://any") as counted:
                object.__setattr__(house.services[0].door, "http", counted)
                await house.settle()

    with pytest.raises(Refusal) as refused:
        asyncio.run(settle())
    assert (refused.value.code, refused.value.facts) == ("not-quiet", {"services": ["authority"]})


def test_production_has_no_future(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Apart(made(tmp_path / "real", "production"), tmp_path / "key") as apart:
        for name, value in apart.environment.items():
            monkeypatch.setenv(name, value)
        ahead = (datetime.now(UTC) + timedelta(days=1)).isoformat()
        code, refused = shokai(capfd, monkeypatch, "jobs", "run", "--as-of", ahead)
        assert (code, refused["refused"]) == (1, "clock-ahead")
        code, done = shokai(capfd, monkeypatch, "jobs", "run")
        assert code == 0
        assert isinstance(done["runs"], list)


def test_without_addresses_it_is_wrong_use(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["shokai", "jobs", "run"])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 2
    assert "SHOKAI_CONTROL_KEY_FILE" in capfd.readouterr().err.replace("\n", "")


def _comparable(done: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Checkpoints are made by the minute of a clock that flows; the rest is the same to the second."""
    return [
        (run["service"], run["job"], run["title"]["ja"], run["at"], run["counts"])
        for run in done["runs"]
        if run["service"] != "audit"
    ]
