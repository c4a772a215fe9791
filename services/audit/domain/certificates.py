"""The certificate of a destruction: a statement in canonical form, signed with Ed25519."""

from collections.abc import Mapping
from typing import Any, Final

from services.audit.domain.canonical import canonical

FORM: Final = "shokai-destruction-1"


def statement_of(certificate_id: str, association: str, facts: Mapping[str, Any]) -> bytes:
    """What is signed: what was destroyed, how much, how, when, by whom, with which digest."""
    return canonical({"form": FORM, "id": certificate_id, "association": association, **facts})
