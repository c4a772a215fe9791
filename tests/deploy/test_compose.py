"""The Compose file: zones as networks, nothing with rights that it does not need, everything that is named is there."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.names import settings
from tests.deploy.picking import IMAGES, SERVICES
from tests.deploy.render import ROOT

FILE = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
CONTAINERS: dict[str, dict[str, Any]] = FILE["services"]
HOUSE = {name: one for name, one in CONTAINERS.items() if one["image"].startswith("shokai/")}
WITH_STORES = [name for name in SERVICES if name != "console"]
STAND_INS = {"python:3.11-slim-bookworm", "postgres:17-bookworm", "rabbitmq:4.1-management", "nginx:1.28-bookworm"}


def networks_of(name: str) -> set[str]:
    """The networks that a container is on."""
    return set(CONTAINERS[name].get("networks", ()))


def reached_from(network: str) -> set[str]:
    """Who can be called by whatever is on that network."""
    return {name for name in CONTAINERS if network in networks_of(name)}


@pytest.mark.parametrize("name", CONTAINERS)
def test_nothing_has_rights_that_it_does_not_need(name: str) -> None:
    one = CONTAINERS[name]
    assert one["read_only"] is True
    assert one["cap_drop"] == ["ALL"]
    assert one["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in one
    assert any(place.startswith("/tmp:") for place in one["tmpfs"])
    assert one["stop_grace_period"] in ("30s", "60s")
    if name == "secrets":
        assert one["network_mode"] == "none"
        assert one["restart"] == "no"
    else:
        assert "cap_add" not in one
        assert one.get("user", "10001") not in ("0", "0:0", "root")


@pytest.mark.parametrize("name", CONTAINERS)
def test_everything_has_limits(name: str) -> None:
    limits = CONTAINERS[name]["deploy"]["resources"]["limits"]
    assert set(limits) == {"cpus", "memory", "pids"}


def test_the_plans_side_meets_its_front_alone() -> None:
    assert reached_from("exchange") == {"portal"}
    assert networks_of("portal") == {"exchange", "portal"}
    assert reached_from("portal") == {"portal", "authority", "intake", "media"}


def test_the_offices_side_meets_its_front_alone() -> None:
    assert reached_from("office") == {"front"}
    assert reached_from("desk") - {"demo"} == {"front", "console", *WITH_STORES}


def test_the_demonstration_is_started_only_when_asked_for() -> None:
    asked = {name for name, one in CONTAINERS.items() if one.get("profiles")}
    assert asked == {"demo", "demo-registers", "demo-authority", "demo-intake"}
    assert all(CONTAINERS[name]["profiles"] == ["demo"] for name in asked)
    waited_for = {other for name, one in CONTAINERS.items() if name not in asked for other in one.get("depends_on", ())}
    assert not waited_for & asked


def test_stores_are_met_by_those_alone_who_work_on_them() -> None:
    assert networks_of("postgres") == {"secure"}
    assert networks_of("rabbitmq") == {"secure", "admin"}
    assert "portal" not in reached_from("secure")
    assert not {"front", "portal", "console"} & (reached_from("secure") | reached_from("admin"))


def test_only_the_fronts_networks_lead_out_and_only_fronts_are_published() -> None:
    assert {name for name, one in FILE["networks"].items() if not one.get("internal")} == {"exchange", "office"}
    assert {name for name, one in CONTAINERS.items() if "ports" in one} == {"front", "portal"}
    for name in ("front", "portal"):
        (published,) = CONTAINERS[name]["ports"]
        assert "127.0.0.1" in published


def test_volumes_and_networks_are_declared_and_used() -> None:
    used = {source for one in CONTAINERS.values() for source in sources_of(one) if not source.startswith(".")}
    assert used == set(FILE["volumes"])
    assert {net for name in CONTAINERS for net in networks_of(name)} == set(FILE["networks"])


def test_files_that_are_mounted_are_there() -> None:
    for one in CONTAINERS.values():
        for source in sources_of(one):
            assert not source.startswith(".") or (ROOT / source).exists(), source


def test_a_secret_is_mounted_by_its_readers_alone() -> None:
    for name, one in CONTAINERS.items():
        secrets = {source.removeprefix("secrets-") for source in sources_of(one) if source.startswith("secrets-")}
        owner = name.removesuffix("-worker").removeprefix("demo-")
        if name in WITH_STORES:
            assert secrets == {name, "keyring", "control"}
        elif owner in WITH_STORES:
            assert secrets == {owner, "keyring"}
        elif name.startswith("migrate-"):
            assert secrets == {"owner"}
        elif name in ("postgres", "rabbitmq"):
            assert secrets == {name}
        elif name.startswith("console"):
            assert secrets == {"console"}
        elif name != "secrets":
            assert secrets == {"prepare": {"keyring"}, "demo": {"control"}}.get(name, set())


def test_secrets_come_as_files_and_nothing_secret_is_written_here() -> None:
    text = (ROOT / "docker-compose.yml").read_text("utf-8")
    assert not re.search(r"PASSWORD:|SECRET:|_KEY:|PASSPHRASE:", text)
    for one in HOUSE.values():
        for name, value in one.get("environment", {}).items():
            if name.endswith("_FILE") and name != "SHOKAI_CLOCK_FILE":
                assert any(value.startswith(place) for place in places_of(one)), value


@pytest.mark.parametrize("name", HOUSE)
def test_variables_are_settings(name: str) -> None:
    assert set(HOUSE[name].get("environment", {})) <= settings() | {"SHOKAI_FRONT_URL"}


def test_images_are_ours_or_pinned() -> None:
    for one in CONTAINERS.values():
        name, _, tag = one["image"].partition(":")
        assert one["image"] in STAND_INS or (name.removeprefix("shokai/") in IMAGES and tag == "${SHOKAI_VERSION:-dev}")
        if "build" in one:
            assert one["build"]["target"] == name.removeprefix("shokai/")
    assert {one["build"]["target"] for one in CONTAINERS.values() if "build" in one} == set(IMAGES)


def test_services_wait_for_their_database_and_for_keys() -> None:
    for name in WITH_STORES:
        waits = CONTAINERS[name]["depends_on"]
        assert waits[f"migrate-{name}"] == waits["prepare"] == {"condition": "service_completed_successfully"}
        assert CONTAINERS[f"migrate-{name}"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
        # The broker may be away: a service starts and serves without it.
        assert waits["rabbitmq"] == {"condition": "service_started"}


def test_heavy_work_is_the_workers() -> None:
    workers = {name.removesuffix("-worker") for name in CONTAINERS if name.endswith("-worker")}
    light = {name for name, one in HOUSE.items() if one.get("environment", {}).get("SHOKAI_HANDLES") == "light"}
    assert workers == light == {"intake", "matcher", "media"}


def test_the_plans_front_hands_on_the_paths_of_portals_and_no_others() -> None:
    wanted = {
        "/authority/v1/token": True,
        "/authority/v1/jwks": True,
        "/authority/v1/sessions": False,
        "/authority/v1/staff": False,
        "/intake/v1/requests": True,
        "/intake/v1/requests/1/file": True,
        "/intake/v1/receptions": False,
        "/intake/v1/plans": False,
        "/intake/control/clock": False,
        "/control/clock": False,
        "/metrics": False,
        "/media/v1/replies/1/package": True,
        "/media/v1/discs": False,
        "/matcher/v1/batches": False,
        "/audit/v1/records": False,
        "/": False,
    }
    assert {path: hands_on("exchange.conf", path) for path in wanted} == wanted


def test_the_staffs_front_hands_on_neither_control_nor_metrics() -> None:
    paths = ("/control/clock", "/intake/control/clock", "/metrics", "/intake/metrics")
    assert not any(hands_on("staff.conf", path) for path in paths)
    assert all(hands_on("staff.conf", path) for path in ("/", "/board", "/matcher/v1/batches", "/audit/v1/records"))


def hands_on(conf: str, path: str) -> bool:
    """Whether a location of that front with a proxy in it takes the path."""
    text = (ROOT / "deploy" / "compose" / "front" / conf).read_text("utf-8")
    locations = re.findall(r"location ~ (\S+) \{[^}]*proxy_pass", text)
    return any(re.search(pattern, path) for pattern in locations)


def sources_of(one: dict[str, Any]) -> list[str]:
    """The volumes and files that a container mounts."""
    return [volume.split(":")[0] for volume in one.get("volumes", ())]


def places_of(one: dict[str, Any]) -> list[str]:
    """Where it mounts them."""
    return [str(Path(volume.split(":")[1])) for volume in one.get("volumes", ())]
