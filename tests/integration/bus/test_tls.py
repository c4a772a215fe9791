"""Mutual TLS: a service is who its certificate says it is."""

from dataclasses import replace

import pytest

from shared.bus.rabbit import BusSettings, BusUnavailable, RabbitBus
from tests.integration.bus.conftest import Heard, event, running, until
from tests.parts.certificates import Authority
from tests.parts.rabbitmq import RabbitMQ


async def test_a_certificate_is_the_login(own_node: RabbitMQ) -> None:
    vhost = own_node.create_vhost()
    own_node.create_user("intake", vhost)
    mine = own_node.certificates.client("intake")
    settings = BusSettings(
        service="intake",
        urls=(own_node.tls_url(vhost),),
        ca_file=own_node.certificates.ca_file,
        cert_file=mine.cert_file,
        key_file=mine.key_file,
    )
    heard = Heard()
    async with running(RabbitBus(settings), heard) as bus:
        await until(lambda: bus.connected)
        one = event()
        await bus.send([one])
        await until(lambda: heard.ids == [one[0].id])
    stranger = Authority(mine.cert_file.parent / "other").client("intake")
    strange = replace(settings, cert_file=stranger.cert_file, key_file=stranger.key_file)
    nobody = own_node.certificates.client("nobody")
    unknown = replace(settings, cert_file=nobody.cert_file, key_file=nobody.key_file)
    for refused in (strange, unknown, replace(settings, ca_file=None)):
        await never_connects(refused)


async def never_connects(settings: BusSettings) -> None:
    async with running(RabbitBus(settings), Heard()) as bus:
        with pytest.raises(TimeoutError):
            await until(lambda: bus.connected, 1)
        with pytest.raises(BusUnavailable):
            await bus.send([event()])
