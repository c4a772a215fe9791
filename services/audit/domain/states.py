"""Life cycles as tables: state -> step -> next state. What stands in none cannot happen."""

from collections.abc import Mapping

from shared.refusals import Refusal

Table = Mapping[str, Mapping[str, str]]


def step(table: Table, now: str, taken: str) -> str:
    """The next state. Refusal `transition-refused`, with what is allowed, for what the table does not hold."""
    if taken not in table[now]:
        raise Refusal("transition-refused", state=now, wanted=taken, allowed=sorted(table[now]))
    return table[now][taken]
