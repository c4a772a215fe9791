"""The console's pages are handed on by the fronts, and nothing else of the console is."""

import re
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.routing import iter_route_contexts

from services.console.app import create_app
from shared.calendar.clock import Clock, SystemClock
from tests.deploy.cluster import Cluster, rendered

ROOT = Path(__file__).parents[2]
FOR_MACHINES = {"/healthz", "/readyz", "/metrics"}


@dataclass(frozen=True)
class Place:
    clock: Clock
    association: str = ""
    mode: str = "production"


def nobody(service: str) -> Any:
    return nullcontext(httpx.AsyncClient(base_url=f"http://{service}"))


def pages() -> set[str]:
    """The path of every page, with something in the place of each parameter."""
    app = create_app(nobody, Place(SystemClock()), unsigned=nobody)
    return {re.sub(r"{\w+}", "x", str(route.path)) for route in iter_route_contexts(app.routes)} - FOR_MACHINES


def handed_on(cluster: Cluster, name: str, path: str) -> bool:
    for rule in cluster.named("Ingress")[name]["spec"]["rules"]:
        for one in rule["http"]["paths"]:
            if one["backend"]["service"]["name"] != "console":
                continue
            below = one["pathType"] == "Prefix" and path.startswith(one["path"] + "/")
            if path == one["path"] or below:
                return True
    return False


def test_the_front_of_compose_hands_every_page_on_and_no_more() -> None:
    text = (ROOT / "deploy/compose/front/staff.conf").read_text("utf-8")
    (pattern,) = re.findall(r"location ~ (\^/\$\S+) {\s+set \$service console;", text)
    assert len(pages()) > 20
    assert not [path for path in pages() if not re.search(pattern, path)]
    assert not [path for path in FOR_MACHINES if re.search(pattern, path)]


@pytest.mark.parametrize("size", ["small", "large"])
def test_the_security_room_is_handed_every_page(size: str) -> None:
    cluster = Cluster(rendered(size))
    assert not [path for path in pages() if not handed_on(cluster, "secure", path)]


def test_the_office_is_handed_all_but_single_reviews() -> None:
    cluster = Cluster(rendered("small"))
    missing = {path for path in pages() if not handed_on(cluster, "office", path)}
    assert missing == {
        "/reviews/take",
        "/reviews/x",
        "/reviews/x/take",
        "/reviews/x/give-back",
        "/reviews/x/decision",
    }
