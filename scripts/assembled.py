"""The whole system put together on an empty data directory, to be looked at."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from cli.embedded import Embedded

BOOTSTRAP: Final[dict[str, Any]] = {"association": {"name": "連合会", "mode": "demo"}}


@contextmanager
def assembled() -> Iterator[Embedded]:
    """All services as `shokai serve` would run them, not started; gone afterwards."""
    with TemporaryDirectory() as folder:
        place = Path(folder) / "data"
        Embedded.init(place, BOOTSTRAP)
        embedded = Embedded.open(place)
        try:
            yield embedded
        finally:
            embedded.close()
