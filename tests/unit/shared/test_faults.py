"""Failpoints: only known ones, only in a demo, and each stands somewhere in the code."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from shared import faults
from shared.faults import FAILPOINTS, parse, reach

ROOT = Path(faults.__file__).parents[1]


@pytest.mark.parametrize(
    "text",
    [
        "relay.sent",
        "relay.sent=",
        "relay.sent=explode",
        "no.such.place=kill",
        "relay.sent=kill:x",
        "relay.sent=kill:0",
        "relay.sent=kill:-1",
        "relay.sent=kill:0%",
        "relay.sent=kill:101%",
        "relay.sent=kill:x%",
        "relay.sent=kill,blob.named=kill",
    ],
)
def test_what_cannot_be_meant_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse(text)


def test_nothing_is_asked_for() -> None:
    assert parse("") == {}
    assert parse("  ") == {}


def test_several_places_each_with_its_time() -> None:
    found = parse("relay.sent=kill:3 blob.named=fail:1% commit.before=wait")
    assert set(found) == {"relay.sent", "blob.named", "commit.before"}
    assert [found["relay.sent"].strikes(reached) for reached in (1, 2, 3, 4)] == [False, False, True, False]
    assert [found["commit.before"].strikes(reached) for reached in (1, 2)] == [True, False]
    assert found["blob.named"].chance == 0.01
    assert 0 < sum(found["blob.named"].strikes(1) for _ in range(20_000)) < 600


def test_a_fault_strikes_at_its_place_and_time_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults, "_FAULTS", parse("relay.sent=fail:2"))
    monkeypatch.setattr(faults, "_reached", type(faults._reached)())
    reach("relay.read")
    reach("relay.sent")
    with pytest.raises(OSError, match="test"):
        reach("relay.sent")
    reach("relay.sent")


def ended_with(**environment: str) -> int:
    """What a process ends with that comes to a place twice."""
    program = "from shared.faults import reach; reach('job.begun'); reach('job.begun')"
    command: list[Any] = [sys.executable, "-c", program]
    return subprocess.run(command, env={**os.environ, **environment}, cwd=ROOT, check=False).returncode


def test_only_a_demo_obeys() -> None:
    assert ended_with(SHOKAI_FAILPOINTS="job.begun=kill:2", SHOKAI_MODE="demo") == -9
    assert ended_with(SHOKAI_FAILPOINTS="job.begun=kill:2", SHOKAI_MODE="production") == 0
    assert ended_with(SHOKAI_FAILPOINTS="job.begun=kill:2") == 0


def test_each_stands_in_the_code_and_no_other_does() -> None:
    sources = [path.read_text() for folder in ("shared", "services") for path in (ROOT / folder).rglob("*.py")]
    reached = {name for source in sources for name in re.findall(r'\breach\("([a-z.]+)"\)', source)}
    assert reached == set(FAILPOINTS)
