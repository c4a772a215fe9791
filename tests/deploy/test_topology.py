"""The broker's definitions, which it reads by itself, say what the code would declare."""

import json
from typing import Any

from shared.bus.topology import DEAD_LETTERS, EXCHANGE, PARKING, bindings, queue_of, queues
from tests.deploy.render import ROOT

TOPOLOGY: dict[str, list[dict[str, Any]]] = json.loads((ROOT / "deploy/rabbitmq/topology.json").read_text("utf-8"))


def test_exchanges() -> None:
    kinds = {one["name"]: one["type"] for one in TOPOLOGY["exchanges"]}
    assert kinds == {EXCHANGE: "topic", DEAD_LETTERS: "fanout"}


def test_queues_with_their_arguments() -> None:
    wanted = {name: dict(arguments) for name, arguments in queues().items()}
    assert {one["name"]: one["arguments"] for one in TOPOLOGY["queues"]} == wanted


def test_bindings() -> None:
    wanted = {(EXCHANGE, queue_of(service), kind) for service, kinds in bindings().items() for kind in kinds}
    wanted.add((DEAD_LETTERS, PARKING, ""))
    assert {(one["source"], one["destination"], one["routing_key"]) for one in TOPOLOGY["bindings"]} == wanted


def test_everything_is_durable_and_in_one_place() -> None:
    (vhost,) = TOPOLOGY["vhosts"]
    rows = [one for name in ("exchanges", "queues", "bindings") for one in TOPOLOGY[name]]
    assert {one["vhost"] for one in rows} == {vhost["name"]}
    assert all(one["durable"] for name in ("exchanges", "queues") for one in TOPOLOGY[name])
