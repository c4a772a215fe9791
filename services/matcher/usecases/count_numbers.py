"""How many inquiry numbers a plan has."""

from services.matcher.settings import MatcherParts
from services.matcher.storage.ledger import count_held


async def count_numbers(parts: MatcherParts, plan_number: str) -> int:
    """Live numbers only."""
    return await parts.db.read(lambda session: count_held(session, plan_number))
