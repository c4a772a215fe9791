"""The cluster of the tests: processes killed and started again by name, each with no secret but its own."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest

from tests.cluster import Cluster
from tests.e2e.outside_client import bootstrap, portal


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with Cluster(bootstrap(), workers=1, replicas={"intake": 2}, lines=True) as running:
        yield running


def test_a_service_outlives_one_of_its_processes(cluster: Cluster) -> None:
    assert {"intake", "intake-2", "intake-worker", "front", "console"} < set(cluster.names)
    plan = portal(cluster.address)
    assert plan.get("/intake/v1/requests")["items"] == []
    cluster.kill("intake")
    assert not cluster.running("intake")
    for _ in range(4):
        plan.get("/intake/v1/requests")
    cluster.kill("intake-2")
    plan.get("/intake/v1/requests", expect=502)
    cluster.start_again("intake")
    plan.get("/intake/v1/requests")
    cluster.stop_one("intake")
    cluster.start_again("intake")
    cluster.start_again("intake-2")
    assert cluster.log_of("intake").count("process.started") == 3


def test_the_console_is_behind_the_same_address(cluster: Cluster) -> None:
    page = httpx.get(cluster.address)
    assert page.status_code == 200
    assert "試験照会センター" in page.text


def test_a_line_to_the_database_that_is_cut_is_taken_up_again(cluster: Cluster) -> None:
    assert cluster.database_line is not None
    assert cluster.database_line.lines
    cluster.database_line.reset()
    cluster.ready()
    assert portal(cluster.address).get("/intake/v1/requests")["items"] == []


def test_a_process_has_no_secret_but_its_own(cluster: Cluster) -> None:
    told = cluster.environment("media-worker")
    files = {Path(value).name for value in told.values() if "/secrets/" in value}
    assert files == {"passphrase", "control", "media-database", "media-bus"}
    assert "SHOKAI_DATABASE_OWNER_URL" not in told
    assert not any(
        "/secrets/" in value for name, value in cluster.environment("console").items() if "CONSOLE" not in name
    )


def test_a_role_reaches_its_own_database_alone(cluster: Cluster) -> None:
    password = cluster.place.secret("media-database").read_text()
    own = cluster.postgres.url("media", "shokai_media")
    with psycopg.connect(own, password=password) as media:
        assert media.execute("SELECT count(*) FROM outbox").fetchone() is not None
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            media.execute("CREATE TABLE mine (n integer)")
    for url, word in ((cluster.postgres.url("intake", "shokai_media"), password), (own, "wrong")):
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(url, password=word)
