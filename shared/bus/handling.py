"""What a consumer is: it prepares outside the transaction, then hands over a plain function to be run inside."""

from collections.abc import Awaitable, Callable
from typing import Any

from shared.db.work import Work
from shared.refusals import Permanent as Permanent

Effect = Callable[[Work], None]
Handler = Callable[[Any, Any], Awaitable[Effect | None]]
