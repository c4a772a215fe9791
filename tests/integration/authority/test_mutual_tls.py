"""Clients that prove themselves by a certificate (RFC 8705): over TLS of our own, and behind a trusted proxy."""

import asyncio
import base64
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
import uvicorn
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificate
from pydantic import ValidationError

from services.authority.usecases.client_register import add_client
from services.authority.usecases.entries import ClientEntry
from shared.hosting.host_settings import HostSettings
from shared.hosting.listening import ClientCertificates, listening, networks
from shared.trail import Access, Actor
from tests.integration.authority.conftest import Authority, records
from tests.parts.certificates import Authority as Signer
from tests.parts.certificates import Certificate

FORM: Final = {"grant_type": "client_credentials", "client_id": "mutual"}
PROXY: Final = "10.0.0.9"


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    return Signer(tmp_path / "certificates")


@pytest.fixture
def known(authority: Authority, signer: Signer) -> Certificate:
    """The certificate with which the client `mutual` is registered."""
    shown = signer.client("mutual")
    entry = ClientEntry(id="mutual", plans=["00012345"], certificate=shown.cert_file.read_text())
    access = Access(Actor.job("test"), "authority.client.add", "client", "mutual")
    view = authority.parts.db.write_now(add_client(authority.parts, entry, access))
    assert (view["proof"], len(view["certificate"])) == ("certificate", 43)
    return shown


class _Server(uvicorn.Server):
    """Signals are the test run's own."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def over_tls(authority: Authority, signer: Signer) -> AsyncIterator[str]:
    """Authority listening as a process of the distributed mode would."""
    ours = signer.server()
    settings = HostSettings(
        host="127.0.0.1",
        port=0,
        tls_cert_file=ours.cert_file,
        tls_key_file=ours.key_file,
        tls_client_ca_file=signer.ca_file,
    )
    server = _Server(listening(authority.host.services["authority"].app, settings))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield f"https://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await serving


def showing(signer: Signer, address: str, shown: Certificate | None) -> httpx.AsyncClient:
    """A caller that shows a certificate, or none."""
    context = ssl.create_default_context(cafile=str(signer.ca_file))
    if shown is not None:
        context.load_cert_chain(shown.cert_file, shown.key_file)
    return httpx.AsyncClient(base_url=address, verify=context)


async def test_over_tls_a_certificate_gets_a_token_that_is_worth_nothing_without_it(
    authority: Authority, signer: Signer, known: Certificate
) -> None:
    async with over_tls(authority, signer) as address:
        async with showing(signer, address, known) as client:
            answer = await client.post("/authority/v1/token", data=FORM)
            assert answer.status_code == 200, answer.text
        for other in (signer.client("other"), None):
            async with showing(signer, address, other) as client:
                assert (await client.post("/authority/v1/token", data=FORM)).json()["code"] == "invalid-client"
                assert records(authority.parts)[-1]["reason"] == "certificate-wrong"
        stranger = Signer(signer.ca_file.parent / "elsewhere").client("mutual")
        with pytest.raises(httpx.TransportError):
            async with showing(signer, address, stranger) as client:
                await client.post("/authority/v1/token", data=FORM)
    principal = authority.host.kit.tokens.principal(answer.json()["access_token"], audience="intake")
    assert (principal.id, len(principal.certificate)) == ("mutual", 43)


def behind(authority: Authority, peer: str) -> httpx.AsyncClient:
    """A caller whose connection comes from `peer`, with a proxy's network trusted."""
    app = ClientCertificates(authority.host.services["authority"].app, networks(f"192.0.2.0/24, {PROXY}"))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app, client=(peer, 1)), base_url="http://shokai")


def header(shown: Certificate) -> dict[str, str]:
    """Client-Cert as a proxy writes it."""
    der = load_pem_x509_certificate(shown.cert_file.read_bytes()).public_bytes(Encoding.DER)
    return {"Client-Cert": f":{base64.b64encode(der).decode()}:"}


async def test_a_trusted_proxy_tells_the_certificate_and_nobody_else(
    authority: Authority, signer: Signer, known: Certificate
) -> None:
    async with behind(authority, PROXY) as client:
        answer = await client.post("/authority/v1/token", data=FORM, headers=header(known))
        assert answer.status_code == 200, answer.text
        wrong: list[Any] = [{}, header(signer.client("other")), {"Client-Cert": ":AAAA:"}, {"Client-Cert": "é"}]
        for headers in wrong:
            headers = {name: value.encode() for name, value in headers.items()}
            assert (await client.post("/authority/v1/token", data=FORM, headers=headers)).status_code == 401
        twice = [*header(signer.client("first")).items(), *header(known).items()]
        assert (await client.post("/authority/v1/token", data=FORM, headers=twice)).status_code == 401
    async with behind(authority, "10.0.1.9") as client:
        assert (await client.post("/authority/v1/token", data=FORM, headers=header(known))).status_code == 401


async def test_a_bound_token_is_looked_at_with_each_call(
    authority: Authority, signer: Signer, known: Certificate
) -> None:
    async with behind(authority, PROXY) as client:
        bound = (await client.post("/authority/v1/token", data=FORM, headers=header(known))).json()["access_token"]
    principal = authority.host.kit.tokens.principal(bound, audience="intake")
    mine = authority.host.token(principal)  # the same principal, for a service that is here
    bearer = {"Authorization": f"Bearer {mine}"}
    async with behind(authority, PROXY) as client:
        path = "/authority/v1/matrices"
        assert (await client.get(path, headers=bearer | header(known))).json()["code"] == "not-for-clients"
        for stolen in (bearer, bearer | header(signer.client("thief"))):
            assert (await client.get(path, headers=stolen)).json()["code"] == "token-invalid"


def test_what_is_no_certificate_is_refused() -> None:
    for given in ({"certificate": "rubbish"}, {"certificate": "-----BEGIN CERTIFICATE-----\nAAAA\n"}):
        with pytest.raises(ValidationError):
            ClientEntry.model_validate({"id": "mutual", "plans": ["*"], **given})
    with pytest.raises(ValueError):
        networks("10.0.0.0/24, somewhere")
