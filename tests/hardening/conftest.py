"""One system for each module."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.hardening.house import House, house_in


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A running system."""
    async with house_in(tmp_path_factory.mktemp("house") / "data") as made:
        yield made
