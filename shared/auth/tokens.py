"""Access tokens: short-lived, signed with Ed25519, bound to the services that may accept them.

Their life time is measured by the machine's clock, not by business time, which a demo may move.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final, Protocol

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from shared.auth.principals import Principal
from shared.calendar.clock import SystemClock
from shared.ids import new_id
from shared.refusals import Refusal

ISSUER: Final = "shokai/authority"
ALGORITHM: Final = "EdDSA"
THUMBPRINT: Final = "x5t#S256"
"""How a token names the client certificate that it is bound to (RFC 8705, section 3.1)."""


class VerifyingKeys(Protocol):
    """Where a verifier finds the issuer's public keys by key id."""

    def find(self, kid: str) -> Ed25519PublicKey | None: ...


class TokenIssuer:
    """Signs tokens; only authority and the host of an embedded system hold one."""

    def __init__(self, kid: str, key: Ed25519PrivateKey) -> None:
        self._kid = kid
        self._key = key
        self._clock = SystemClock()

    def issue(self, principal: Principal, *, audiences: Sequence[str], seconds: int) -> str:
        """A token for `principal`, good for `seconds` at the services named."""
        now = int(self._clock.now().timestamp())
        claims: dict[str, Any] = {
            "iss": ISSUER,
            "aud": list(audiences),
            "sub": principal.id,
            "iat": now,
            "exp": now + seconds,
            "jti": principal.token_id or new_id(),
            "kind": principal.kind,
            "plans": sorted(principal.plans),
            "team": principal.team,
            "equipment": principal.equipment,
            "equipment_class": principal.equipment_class,
            "place": principal.place,
            "roster_until": _text(principal.roster_until),
            "trained_until": _text(principal.trained_until),
        }
        if principal.certificate:
            claims["cnf"] = {THUMBPRINT: principal.certificate}
        return jwt.encode(claims, self._key, algorithm=ALGORITHM, headers={"kid": self._kid, "typ": "at+jwt"})


class TokenVerifier:
    """Checks tokens against the issuer's public keys."""

    def __init__(self, keys: VerifyingKeys) -> None:
        self._keys = keys

    def principal(self, token: str, *, audience: str) -> Principal:
        """Who the token speaks for. Refusal `token-expired` or `token-invalid`, which does not say why."""
        try:
            header = jwt.get_unverified_header(token)
            key = self._keys.find(str(header.get("kid", "")))
            if key is None or header.get("typ") != "at+jwt":
                raise Refusal("token-invalid")
            required = ["exp", "iat", "sub", "jti", "kind"]
            claims = jwt.decode(
                token, key, algorithms=[ALGORITHM], audience=audience, issuer=ISSUER, options={"require": required}
            )
        except jwt.ExpiredSignatureError as expired:
            raise Refusal("token-expired") from expired
        except (jwt.PyJWTError, ValueError, TypeError) as wrong:
            raise Refusal("token-invalid") from wrong
        return _principal(claims)


def expires_at(token: str) -> datetime:
    """When a token of ours ends; for its revocation."""
    claims = jwt.decode(token, options={"verify_signature": False})
    return datetime.fromtimestamp(claims["exp"], UTC)


def _principal(claims: Mapping[str, Any]) -> Principal:
    return Principal(
        kind=claims["kind"],
        id=claims["sub"],
        plans=frozenset(claims.get("plans", ())),
        team=claims.get("team", ""),
        equipment=claims.get("equipment", ""),
        equipment_class=claims.get("equipment_class", ""),
        place=claims.get("place", ""),
        token_id=claims["jti"],
        roster_until=_date(claims.get("roster_until")),
        trained_until=_date(claims.get("trained_until")),
        certificate=str(claims.get("cnf", {}).get(THUMBPRINT, "")),
    )


def _text(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def _date(text: Any) -> date | None:
    return date.fromisoformat(text) if text else None
