"""Whole commands on whole data directories: the demonstration, time moved with and without a server."""

import json
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from tests.e2e.outside_client import bootstrap
from tests.e2e.outside_server import Server, shokai

COMMAND = [sys.executable, "-c", "from cli.main import main; main()"]


def test_the_demonstration_plays_through(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    told = shokai("demo", "--data-dir", str(folder), "--residents", "3000", "--exit")
    assert told["log"]["ok"]
    assert told["unexpected"] == 0
    assert {one["kind"] for one in told["requests"]} == {"provisional", "main", "my_number", "deletion"}
    assert {one["channel"] for one in told["requests"]} == {"network", "disc"}
    assert len({one["plan_number"] for one in told["requests"]}) == 8
    assert all(one["balanced"] for one in told["balances"])
    assert {one["why"] for one in told["returned"]} == {"F01", "CD-R F11"}
    destroyed = {one["what"] for one in told["destroyed"]}
    assert {"reader_copy", "transfer_file", "reply_backup", "my_numbers", "inquiry_numbers"} <= destroyed
    assert all(Path(place).exists() for place in told["files"].values())
    assert (folder / "sign-in.json").stat().st_mode & 0o077 == 0


def test_the_demonstration_ends_with_a_page_until_it_is_stopped(tmp_path: Path) -> None:
    arguments = ["demo", "--data-dir", str(tmp_path / "demo"), "--residents", "2000", "--port", "0", "--json"]
    with subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as running:
        assert running.stdout is not None
        told = json.loads(running.stdout.readline())
        page = httpx.get(told["address"])
        assert page.status_code == 200
        assert "照会" in page.text
        running.send_signal(signal.SIGINT)
        assert running.wait(timeout=30) == 0


def test_a_folder_that_is_no_demonstration_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    assert shokai("demo", "--data-dir", str(tmp_path), "--exit", expect=1)["refused"] == "folder-exists"
    assert (tmp_path / "letter.txt").read_text() == "mine"


@pytest.mark.parametrize("running", [False, True])
def test_time_moves_forward_only(tmp_path: Path, running: bool) -> None:
    data_dir = _made(tmp_path, bootstrap())
    server = Server(data_dir)
    if running:
        server.start()
    done = server.jobs_until("2026-07-01T00:00:00+09:00")
    closed = [run["at"] for run in done["runs"] if run["job"] == "intake-cutoff"]
    assert [datetime.fromisoformat(at).astimezone(UTC).isoformat() for at in closed] == [
        "2026-06-15T14:59:59+00:00",
        "2026-06-30T14:59:59+00:00",
    ]
    again = server.jobs_until("2026-07-01T00:05:00+09:00")["runs"]
    # The audit service looks at what the runs before have recorded.
    assert not [run for run in again if run["service"] != "audit"] or running
    refused = shokai("jobs", "run", "--data-dir", str(data_dir), "--as-of", "2026-06-01T00:00:00+09:00", expect=1)
    assert refused["refused"] == "clock-backwards"
    server.stop()


def test_production_has_no_future(tmp_path: Path) -> None:
    association = bootstrap().partition("[[plans]]")[0]
    data_dir = _made(tmp_path, association.replace('"demo"', '"production"'))
    ahead = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    refused = shokai("jobs", "run", "--data-dir", str(data_dir), "--as-of", ahead, expect=1)
    assert refused["refused"] == "clock-ahead"


def test_two_servers_do_not_share_a_data_directory(tmp_path: Path) -> None:
    server = Server(_made(tmp_path, bootstrap()))
    server.start()
    try:
        second = shokai("serve", "--data-dir", str(server.data_dir), "--port", "0", expect=1)
        assert second["refused"] == "data-dir-in-use"
        taken = shokai("serve", "--data-dir", str(server.data_dir), "--port", str(server.port), expect=1)
        assert taken["refused"] == "port-taken"
        time.sleep(0.1)
        assert httpx.get(f"{server.address}/healthz").status_code == 200
    finally:
        server.stop()


def _made(folder: Path, text: str) -> Path:
    (folder / "bootstrap.toml").write_text(text, "utf-8")
    shokai("init", "--data-dir", str(folder / "data"), "--from", str(folder / "bootstrap.toml"))
    return folder / "data"
