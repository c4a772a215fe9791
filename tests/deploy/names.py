"""What may be set, and what has to come from outside."""

import re
from functools import cache

from services.audit.settings import AuditSettings
from services.authority.settings import AuthoritySettings
from services.console.settings import ConsoleSettings
from services.intake.settings import IntakeSettings
from services.matcher.settings import MatcherSettings
from services.media.settings import MediaSettings
from shared.hosting.addresses import Addresses
from shared.hosting.host_settings import HostSettings
from tests.deploy.render import ROOT

CLASSES = (
    HostSettings, Addresses, AuthoritySettings, IntakeSettings, MatcherSettings, MediaSettings, AuditSettings,
    ConsoleSettings,
)  # fmt: skip


@cache
def settings() -> frozenset[str]:
    """Every environment variable that some process of ours reads."""
    return frozenset(f"{one.model_config['env_prefix']}{name}".upper() for one in CLASSES for name in one.model_fields)


@cache
def outside_secrets() -> dict[str, frozenset[str]]:
    """The secrets that docs/deployment.md lists, each with its keys."""
    text = (ROOT / "docs" / "deployment.md").read_text("utf-8")
    found: dict[str, frozenset[str]] = {}
    for name, keys in re.findall(r"^\| `(shokai-[a-zA-Z0-9-]+|postgres-ca)` \| ([^|]+) \|", text, re.M):
        found[name] = frozenset(re.findall(r"`([^`]+)`", keys))
    return found


def secret_keys(name: str) -> frozenset[str] | None:
    """The keys of a secret by that name, or None where nobody was told to make it."""
    known = outside_secrets()
    plain = re.sub(r"-(authority|intake|matcher|media|audit)$", "-SERVICE", name)
    return known.get(name) or known.get(plain)
