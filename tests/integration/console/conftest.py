"""All services and the console on one port, as `shokai serve` runs them."""

import tomllib
from collections.abc import Iterator

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


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Apart]:
    """A running house with the walk's registers, and one member of staff who has a one-time password."""
    place = tmp_path_factory.mktemp("house")
    Embedded.init(place / "data", tomllib.loads(bootstrap() + CAREFUL))
    with Apart(place / "data", place / "control.key") as one:
        yield one


@pytest.fixture
def desk(house: Apart) -> Desk:
    """A browser in front of it."""
    return Desk(house.url("front"))
