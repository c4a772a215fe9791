"""What is declared on the broker is what the services react to."""

import re
from importlib import import_module

import orjson
import pytest

from cli.embedded import Embedded
from scripts.pages.events import asyncapi
from shared.bus.topology import bindings, queue_of
from shared.events import EVENTS
from shared.hosting.house_events import HOUSE_EVENTS


@pytest.mark.parametrize("service", ["authority", "intake", "matcher", "media", "audit"])
def test_each_queue_is_bound_to_what_its_service_consumes(service: str) -> None:
    application = import_module(f"services.{service}.__main__").PROGRAM
    consumed = {kind.TYPE for kind in (*HOUSE_EVENTS, *application.consumes)}
    bound = set(bindings()[service])
    assert (set(EVENTS) if bound == {"#"} else bound) == consumed


def test_no_queue_without_a_service() -> None:
    assert set(bindings()) == {"authority", "intake", "matcher", "media", "audit"}


def test_the_published_document_names_every_queue_and_points_nowhere_wrong(system: Embedded) -> None:
    document = asyncapi(system.services)
    assert set(document["channels"]) == {*EVENTS, *map(queue_of, bindings())}
    references = set(re.findall(r'"\$ref":"#/([^"]+)"', orjson.dumps(document).decode()))
    assert references
    for reference in references:
        found = document
        for step in reference.split("/"):
            found = found[step]
