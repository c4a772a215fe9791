"""What stands in one service's database, and how it came to stand there."""

from dataclasses import dataclass

from sqlalchemy import MetaData

from shared.db.plumbing import Plumbing


@dataclass(frozen=True, slots=True)
class Schema:
    """A service's tables, the plumbing among them, and the package of its migrations."""

    service: str
    metadata: MetaData
    plumbing: Plumbing
    migrations: str
