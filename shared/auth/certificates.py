"""The certificate that a caller has shown in the TLS handshake, and the thumbprint that tokens are bound to (RFC 8705).

It stands in the ASGI scope as the TLS extension has it: whoever ends TLS has checked that the caller holds its key.
"""

import base64
import hashlib
import hmac
from collections.abc import MutableMapping
from typing import Any, Final

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_der_x509_certificate, load_pem_x509_certificate

TLS: Final = "tls"
CHAIN: Final = "client_cert_chain"
Scope = MutableMapping[str, Any]


def thumbprint(der: bytes) -> str:
    """`x5t#S256`: SHA-256 of the certificate, base64url without padding, 43 characters."""
    return base64.urlsafe_b64encode(hashlib.sha256(der).digest()).decode().rstrip("=")


def thumbprint_of_pem(pem: str) -> str:
    """The same of a certificate in PEM; ValueError where it is none."""
    return thumbprint(load_pem_x509_certificate(pem.encode()).public_bytes(Encoding.DER))


def shown(scope: Scope) -> str:
    """The thumbprint of the certificate that this caller has shown; empty where there is none."""
    chain = (scope.get("extensions") or {}).get(TLS, {}).get(CHAIN) or []
    return thumbprint_of_pem(chain[0]) if chain else ""


def show(scope: Scope, der: bytes | None) -> None:
    """Puts what the end of TLS has seen into the scope, and nothing else; ValueError where it is no certificate."""
    pem = load_der_x509_certificate(der).public_bytes(Encoding.PEM).decode() if der else ""
    extensions = dict(scope.get("extensions") or {})
    scope["extensions"] = extensions | {TLS: {CHAIN: [pem] if pem else []}}


def same(wanted: str, seen: str) -> bool:
    """Whether two thumbprints are one; an empty one is nobody's."""
    return bool(wanted) and hmac.compare_digest(wanted.encode(), seen.encode())
