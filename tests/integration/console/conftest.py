"""All services and the console on one port, as `shokai serve` runs them."""

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cli.embedded import Embedded
from tests.e2e.outside_client import bootstrap
from tests.integration.console.desk import Desk
from tests.unit.cli.apart import Apart

TOTP_SECRET = "JBSWY3DPEHPK3PXP"
CAREFUL = f"""
[[staff]]
id = "careful-1"
name = "careful-1"
team = "operator"
password = "password-of-careful-1"
totp_secret = "{TOTP_SECRET}"
roster_from = "2026-04-01"
pledged_on = "2026-04-01"
trained_on = "2026-04-01"
"""


@contextmanager
def running_house(place: Path, **matcher: str) -> Iterator[Apart]:
    """A running house with the walk's registers, and one member of staff who has a one-time password.

    `matcher`: settings of the matcher's reviews, by what stands behind SHOKAI_MATCHER_REVIEW_.
    """
    with pytest.MonkeyPatch.context() as patch:
        for name, text in matcher.items():
            patch.setenv(f"SHOKAI_MATCHER_REVIEW_{name.upper()}", text)
        Embedded.init(place / "data", tomllib.loads(bootstrap() + CAREFUL))
        with Apart(place / "data", place / "control.key") as one:
            yield one


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Apart]:
    """A running house in which nothing has happened."""
    with running_house(tmp_path_factory.mktemp("house")) as one:
        yield one


@pytest.fixture
def desk(house: Apart) -> Desk:
    """A browser in front of it."""
    return Desk(house.url("front"))
