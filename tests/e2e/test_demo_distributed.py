"""The demonstration on the distributed system: processes that are reached over HTTP and control doors alone."""

import subprocess
import sys
from pathlib import Path

import httpx

from tests.cluster import Cluster

SHOKAI = [sys.executable, "-c", "from cli.main import main; main()"]


def test_the_demonstration_plays_through_on_the_distributed_system(tmp_path: Path) -> None:
    printing = [*SHOKAI, "demo", "--print-bootstrap", "--residents", "500"]
    bootstrap = tmp_path / "bootstrap.toml"
    bootstrap.write_text(subprocess.run(printing, capture_output=True, text=True, check=True).stdout, "utf-8")
    with Cluster(bootstrap.read_text("utf-8"), workers=1) as cluster:
        folder = str(tmp_path / "demo")
        told = cluster.shokai(
            "demo", "--front", cluster.address, "--bootstrap", str(bootstrap), "--data-dir", folder, "--exit"
        )
        assert told["log"]["ok"]
        assert told["unexpected"] == 0
        assert {one["kind"] for one in told["requests"]} == {"provisional", "main", "my_number", "deletion"}
        assert {one["channel"] for one in told["requests"]} == {"network", "disc"}
        assert len({one["plan_number"] for one in told["requests"]}) == 8
        assert all(one["balanced"] for one in told["balances"])
        destroyed = {one["what"] for one in told["destroyed"]}
        assert {"reader_copy", "transfer_file", "reply_backup", "my_numbers", "inquiry_numbers"} <= destroyed
        assert cluster.jobs_until("2026-06-01T00:00:00+09:00", expect=1)["refused"] == "clock-backwards"
        page = httpx.get(cluster.address).text
        assert "does not answer" not in page
        assert "件数一致" in page
        cluster.kill("matcher")
        assert "matcher does not answer" in httpx.get(cluster.address).text
