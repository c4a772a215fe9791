"""One disturbed month: what broke, and whether the outcome is that of the undisturbed one."""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from tests.cluster import Cluster
from tests.e2e.outside_client import bootstrap
from tests.faults.injectors import Fault, Keeping
from tests.faults.month import Month, Outcome, expected

# Small parts, so that a small month has many.
SMALL: Final[Mapping[str, str]] = {"SHOKAI_MATCHER_PART_ROWS": "40", "SHOKAI_MATCHER_SPILL_ROWS": "100"}


@dataclass(frozen=True)
class Result:
    """How one fault ended. `difference` is empty where it was survived."""

    fault: str
    strikes: int
    deaths: Mapping[str, int]
    seconds: float
    difference: str

    @property
    def survived(self) -> bool:
        """Nothing lost, nothing doubled."""
        return not self.difference


def undisturbed(tell: Callable[[str], None]) -> str:
    """The month when nothing breaks: it has to come out as it should, too."""
    with Cluster(bootstrap(), environment=SMALL) as cluster:
        return compare(expected(), Month(cluster, tell=tell).play())


def disturbed(fault: Fault, *, seed: int, tell: Callable[[str], None]) -> Result:
    """The same month while the fault strikes."""
    started = time.monotonic()
    options: dict[str, Any] = dict(fault.options or {})
    cluster = Cluster(bootstrap(), environment=SMALL, **options)
    # In force only from the month's beginning: the installation is not what is tried here.
    try:
        cluster.start()
        for name, points in (fault.before or {}).items():
            cluster.of_process[name] = {"SHOKAI_FAILPOINTS": points}
            cluster.stop_one(name)
            cluster.launch(name)
        with Keeping(cluster) as keeping, fault.striking(cluster, seed) as tried:
            try:
                difference = compare(expected(), Month(cluster, tell=tell).play())
            except AssertionError as gave_up:
                difference = str(gave_up)[:2000]
        deaths = dict(keeping.deaths)
        strikes = tried["strikes"] or sum(deaths.values())
        if difference:
            difference += "\n" + "\n".join(f"--- {name}\n{cluster.log_of(name)[-1500:]}" for name in cluster.names)
        return Result(fault.name, strikes, deaths, time.monotonic() - started, difference)
    finally:
        cluster.close()


def compare(wanted_outcome: Outcome, found: Outcome) -> str:
    """Where two outcomes differ, in words; empty where they do not."""
    wanted, got = asdict(wanted_outcome), asdict(found)
    return "; ".join(
        f"{name}: {_short(wanted[name])} but {_short(got[name])}" for name in wanted if wanted[name] != got[name]
    )


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) < 300 else f"{text[:300]}… ({len(text)})"
