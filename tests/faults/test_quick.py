"""A month in which everything breaks at once. The long run, fault by fault, is `make faults`."""

from tests.faults.injectors import MIXED
from tests.faults.run import disturbed


def test_nothing_is_lost_and_nothing_doubled() -> None:
    result = disturbed(MIXED, seed=1, tell=print)
    assert result.survived, result.difference
    assert result.strikes >= 3
    assert sum(result.deaths.values()) >= 3
