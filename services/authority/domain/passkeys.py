"""What makes a passkey's answer acceptable, beside its signature (Web Authentication Level 3, section 7)."""

import re
from collections.abc import Collection
from typing import Final

THIS_MACHINE: Final = "localhost"
OWN_PAGES: Final = re.compile(r"https?://localhost(:[0-9]{1,5})?", re.ASCII)


def accepted_origin(origin: str, *, host: str, named: Collection[str]) -> bool:
    """Whether a page of this origin is ours: one of those `named`; without any, the host's own over TLS.

    On `localhost` any port will do: a browser shows nobody else's page under that name.
    """
    if named:
        return origin in named
    if host != THIS_MACHINE:
        return origin == f"https://{host}"
    return OWN_PAGES.fullmatch(origin) is not None


def counter_goes_on(known: int, told: int) -> bool:
    """Whether an authenticator's signature counter may follow the one known; two that count apart are copies.

    Authenticators that do not count tell 0 for ever (section 6.1.1).
    """
    return told > known or (told == 0 and known == 0)
