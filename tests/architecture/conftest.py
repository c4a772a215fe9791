"""The system put together once, for the rules that look at it rather than at its text."""

from collections.abc import Iterator

import pytest

from cli.embedded import Embedded
from scripts.assembled import assembled


@pytest.fixture(scope="session")
def system() -> Iterator[Embedded]:
    """All services on an empty data directory, not started."""
    with assembled() as embedded:
        yield embedded
