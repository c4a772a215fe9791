"""What may be entered in the registers."""

from typing import Final

TEAMS: Final = ("clerk", "operator", "supervisor", "auditor", "ops", "admin")
SERVICES: Final = ("authority", "intake", "matcher", "media", "audit", "console")
CLIENT_SERVICES: Final = ("intake", "matcher", "media", "audit")


def refusal_of_client(*, has_secret: bool, has_key: bool, has_certificate: bool, demo: bool) -> str | None:
    """A client has one way to prove itself, and a shared secret only where nothing real is at stake."""
    if [has_secret, has_key, has_certificate].count(True) != 1:
        return "secret-or-key"
    return "secret-only-in-demo" if has_secret and not demo else None
