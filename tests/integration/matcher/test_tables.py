"""The migrated database is what the code's tables say."""

from services.matcher.storage.tables import MatcherTable
from shared.db.migrate import differences
from tests.integration.matcher.world import World


async def test_the_migration_makes_the_tables(world: World) -> None:
    assert differences(world.parts.db.engine, MatcherTable.metadata) == []
