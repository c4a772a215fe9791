"""What is declared on the broker is what the services react to."""

from importlib import import_module

import pytest

from shared.bus.topology import bindings
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
