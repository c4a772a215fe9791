"""An authenticator in software, written from the specification: what a security key or a telephone does for a browser.

Web Authentication Level 3, sections 6.1 (authenticator data), 6.5.4 (attestation object), 5.8.1 (client data).
"""

import base64
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import cbor2
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT: Final = 0x01
VERIFIED: Final = 0x04
HOLDS_KEY: Final = 0x40
ORIGIN: Final = "http://localhost:8000"
HOST: Final = "localhost"


@dataclass
class Authenticator:
    """One key pair. Tests bend what it tells: another page, another host, a person not looked at, a counter."""

    origin: str = ORIGIN
    host: str = HOST
    flags: int = PRESENT | VERIFIED
    counter: int = 0
    key: EllipticCurvePrivateKey = field(default_factory=lambda: generate_private_key(SECP256R1()))
    credential_id: bytes = field(default_factory=lambda: os.urandom(32))

    def create(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to `navigator.credentials.create`."""
        numbers = self.key.public_key().public_numbers()
        cose = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")})
        held = bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id + cose
        told = self._authenticator_data(HOLDS_KEY) + held
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": told})
        client = self._client_data("webauthn.create", options)
        return self._credential(clientDataJSON=client, attestationObject=attestation)

    def get(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to `navigator.credentials.get`."""
        told, client = self._authenticator_data(), self._client_data("webauthn.get", options)
        signature = self.key.sign(told + hashlib.sha256(client).digest(), ECDSA(SHA256()))
        return self._credential(clientDataJSON=client, authenticatorData=told, signature=signature)

    def _authenticator_data(self, more: int = 0) -> bytes:
        head = hashlib.sha256(self.host.encode()).digest() + bytes([self.flags | more])
        return head + self.counter.to_bytes(4, "big")

    def _client_data(self, kind: str, options: Mapping[str, Any]) -> bytes:
        return json.dumps({"type": kind, "challenge": options["challenge"], "origin": self.origin}).encode()

    def _credential(self, **response: bytes) -> dict[str, Any]:
        name = in_base64url(self.credential_id)
        told = {key: in_base64url(value) for key, value in response.items()}
        return {"id": name, "rawId": name, "type": "public-key", "response": told}


def in_base64url(raw: bytes) -> str:
    """Bytes as browsers write them."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
