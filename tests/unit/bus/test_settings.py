"""How the broker is reached and what is told of a foreign message, without a broker."""

from pathlib import Path

import pytest

from shared.bus.rabbit import BusSettings, BusUnavailable, RabbitBus, envelope_in
from tests.integration.bus.conftest import Heard, event


def test_user_and_password_may_stand_apart_from_the_address() -> None:
    settings = BusSettings(service="intake", urls=("amqp://one:5672/v", "amqp://two/v"), user="a", password="p@/ss")
    one, two = settings.addresses()
    assert (one.host, one.user, one.password, one.query["heartbeat"]) == ("one", "a", "p@/ss", "10")
    assert two.host == "two"


def test_a_certificate_without_a_user_logs_in_by_itself() -> None:
    external = BusSettings(service="intake", urls=("amqps://one/v",), cert_file=Path("c.pem"), key_file=Path("c.key"))
    named = BusSettings(service="intake", urls=("amqps://me:word@one/v",), cert_file=Path("c.pem"))
    assert external.addresses()[0].query["auth"] == "EXTERNAL"
    assert "auth" not in named.addresses()[0].query


async def test_without_a_broker_there_is_nothing_to_run_but_no_failure_before() -> None:
    bus = RabbitBus(BusSettings(service="intake", urls=()))
    with pytest.raises(BusUnavailable):
        await bus.send([event()])
    with pytest.raises(ValueError, match="no broker"):
        await bus.run(Heard().accept)
    await bus.stop()


def test_an_envelope_that_no_inbox_can_keep_is_none() -> None:
    envelope, body = event()
    assert envelope_in(body) == envelope
    for name, value in {"id": "x" * 37, "type": "t" * 81, "subject": "s" * 121, "source": None}.items():
        assert envelope_in(envelope.model_copy(update={name: value}).model_dump_json(warnings=False).encode()) is None
    assert envelope_in(envelope.model_copy(update={"subject": "a\0b"}).model_dump_json().encode()) is None
    assert envelope_in(b"\xff") is None
