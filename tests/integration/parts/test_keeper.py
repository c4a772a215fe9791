"""A process that lives as long as the tests, and tells how it ended."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.parts.keeper import Keeper, free_port, wait_until

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]
OF_A_TEST_RUN = """
import subprocess, sys, time
from pathlib import Path
from tests.parts.keeper import Keeper
folder = Path(sys.argv[1])
child = [sys.executable, "-c", "import subprocess; subprocess.run(['sleep', '600'])"]
keeper = Keeper(child, environment={"PATH": "/usr/bin:/bin"}, log=folder / "log", sweep=folder)
print(keeper.pid, flush=True)
time.sleep(600)
"""


def test_tells_how_a_process_ended(tmp_path: Path) -> None:
    log = tmp_path / "log"
    asked = Keeper([sys.executable, "-c", "print('said'); raise SystemExit(3)"], environment={}, log=log)
    assert asked.exit_code(20) == 3
    assert asked.exit_code() == 3
    assert not asked.running()
    asked.end()
    assert log.read_text() == "said\n"


def test_tells_a_signal_and_waits_only_so_long(tmp_path: Path) -> None:
    keeper = Keeper(SLEEP, environment={}, log=tmp_path / "log")
    with pytest.raises(TimeoutError):
        keeper.exit_code(0.3)
    keeper.signal(signal.SIGTERM)
    assert keeper.exit_code(20) == -signal.SIGTERM
    keeper.end()


def test_children_end_with_the_tests_however_these_end(tmp_path: Path) -> None:
    folder = tmp_path / "swept"
    folder.mkdir()
    run = subprocess.Popen([sys.executable, "-c", OF_A_TEST_RUN, str(folder)], stdout=subprocess.PIPE, text=True)
    assert run.stdout is not None
    pid = int(run.stdout.readline())
    group = [pid]

    def grown() -> bool:
        group[1:] = children(pid)
        return bool(group[1:])

    wait_until(grown, "a grandchild", 20)
    run.send_signal(signal.SIGKILL)
    run.communicate()
    wait_until(lambda: not any(Path(f"/proc/{one}").exists() for one in group), "the processes to go", 20)
    wait_until(lambda: not folder.exists(), "the folder to go", 20)


def children(pid: int) -> list[int]:
    """What a process has started."""
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_a_port_is_none_that_the_system_gives_away() -> None:
    lowest = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    before = time.monotonic()
    assert all(12000 <= free_port() < max(lowest, 13000) for _ in range(200))
    assert time.monotonic() - before < 5
