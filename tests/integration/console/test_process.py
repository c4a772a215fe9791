"""The console as a process of its own: it signs in by its key, shows what it gets, and says who does not answer."""

import os
import re
import signal
import stat
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from cli.embedded import Embedded
from tests.e2e.outside_client import bootstrap
from tests.integration.console.desk import Desk
from tests.parts.keeper import free_port, wait_until
from tests.unit.cli.apart import Apart

NOWHERE = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def key_files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The console's private key, and the folder with its public half."""
    place = tmp_path_factory.mktemp("keys")
    private, machines = place / "console.key", place / "machines"
    machines.mkdir()
    for _ in range(2):  # the second time it stays
        made = subprocess.run(
            [sys.executable, "-m", "services.console", "make-key", str(machines / "console.pem")],
            env={**os.environ, "SHOKAI_CONSOLE_KEY_FILE": str(private)},
            check=True,
        )
        assert made.returncode == 0
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    assert [file.name for file in machines.iterdir()] == ["console.pem"]
    return private, machines


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory, key_files: tuple[Path, Path]) -> Iterator[Apart]:
    place = tmp_path_factory.mktemp("apart")
    Embedded.init(place / "data", tomllib.loads(bootstrap()))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHOKAI_AUTHORITY_SERVICE_KEYS_DIR", str(key_files[1]))
        with Apart(place / "data", place / "control.key") as one:
            yield one


@contextmanager
def console(
    apart: Apart, key_files: tuple[Path, Path], log: Path, more: Mapping[str, str] | None = None
) -> Iterator[str]:
    """The running console's address; it has to end with 0 when it is told to."""
    port = free_port()
    environment = {
        **os.environ,
        **apart.environment,
        "SHOKAI_CONSOLE_KEY_FILE": str(key_files[0]),
        "SHOKAI_HOST": "127.0.0.1",
        "SHOKAI_PORT": str(port),
        "SHOKAI_MODE": "demo",
        "SHOKAI_CLOCK_FILE": str(apart.embedded.place.clock_file),
        "SHOKAI_ASSOCIATION": "試験照会センター",
        **(more or {}),
    }
    address = f"http://127.0.0.1:{port}"
    with log.open("wb") as told:
        running = subprocess.Popen(
            [sys.executable, "-m", "services.console", "service"], env=environment, stdout=told, stderr=told
        )
        try:
            wait_until(lambda: _answers(address), "the console", 30)
            yield address
            running.send_signal(signal.SIGTERM)
            assert running.wait(30) == 0, log.read_text()
        finally:
            running.kill()
            running.wait()


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/readyz").status_code == 200
    except httpx.TransportError:
        return False


def test_it_shows_what_the_services_tell(apart: Apart, key_files: tuple[Path, Path], tmp_path: Path) -> None:
    with console(apart, key_files, tmp_path / "log") as address:
        page = httpx.get(address)
        assert page.status_code == 200
        assert "試験照会センター" in page.text
        assert "応答しません" not in page.text
        assert re.search(r"records in the log</span></dt><dd>[\d,]+</dd>", page.text)
        assert httpx.get(f"{address}/healthz").json()["service"] == "console"
        assert "shokai_http_seconds" in httpx.get(f"{address}/metrics").text
        assert httpx.get(f"{address}/static/board.css").status_code == 200
    assert "process.stopped" in (tmp_path / "log").read_text()


def test_staff_sign_in_there_and_see_what_waits(apart: Apart, key_files: tuple[Path, Path], tmp_path: Path) -> None:
    with console(apart, key_files, tmp_path / "log") as address:
        desk = Desk(address)
        assert "あなたの担当の要確認" in desk.sign_in("operator-1")
        assert "要確認" in desk.get("/reviews")
        assert "今の判定表" in desk.get("/rules")
        desk.send("/sign-out")
    told = (tmp_path / "log").read_text()
    assert "password" not in told
    assert "eyJ" not in told


@pytest.mark.parametrize(("away", "told"), [("intake", "受付"), ("audit", "監査記録"), ("authority", "認証")])
def test_a_service_that_does_not_answer_is_shown_as_such(
    apart: Apart, key_files: tuple[Path, Path], tmp_path: Path, away: str, told: str
) -> None:
    with console(apart, key_files, tmp_path / "log", {f"SHOKAI_{away.upper()}_URL": NOWHERE}) as address:
        for path in ("", "/board"):
            page = httpx.get(f"{address}{path}")
            assert page.status_code == 200
            assert f"▲ {told}が応答しません" in page.text
            assert "No cycle yet" not in page.text


def test_a_key_that_authority_does_not_know_is_shown_as_such(
    apart: Apart, key_files: tuple[Path, Path], tmp_path: Path
) -> None:
    stranger = {"SHOKAI_CONSOLE_KEY_FILE": str(tmp_path / "stranger.key")}
    making = [sys.executable, "-m", "services.console", "make-key", str(tmp_path / "stranger.pem")]
    subprocess.run(making, env={**os.environ, **stranger}, check=True)
    with console(apart, key_files, tmp_path / "log", stranger) as address:
        page = httpx.get(address)
        assert page.status_code == 200
        assert "▲ 認証が応答しません" in page.text


@pytest.mark.parametrize(
    ("arguments", "environment", "code", "word"),
    [
        (["service"], {"SHOKAI_CONSOLE_KEY_FILE": ""}, 1, "console-key-missing"),
        (["service"], {"SHOKAI_AUDIT_URL": ""}, 1, "addresses-missing"),
        (["nothing"], {}, 2, "use:"),
        (["make-key"], {}, 2, "use:"),
    ],
)
def test_what_it_lacks_is_told_at_once(
    apart: Apart, arguments: list[str], environment: dict[str, str], code: int, word: str
) -> None:
    told = {**os.environ, **apart.environment, **environment}
    command = [sys.executable, "-m", "services.console", *arguments]
    done = subprocess.run(command, env=told, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == code
    assert word in done.stderr
    assert "Traceback" not in done.stderr
