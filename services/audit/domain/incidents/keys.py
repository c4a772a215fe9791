"""Which objects stand under which key; the table beside this file."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from shared.refusals import Refusal

PLAN: Final = "plan/"


@dataclass(frozen=True, slots=True)
class UnderKey:
    """What a key opens: everything of a plan, or objects of some types and kinds."""

    plan_number: str = ""
    types: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()


def under_key(name: str) -> UnderKey:
    """What stands under a key of that name. Refusal `key-without-people` for one that no person's data stand under."""
    if name.startswith(PLAN):
        return UnderKey(plan_number=name.removeprefix(PLAN))
    row = tomllib.loads(Path(__file__).with_name("keys.toml").read_text("utf-8"))["keys"].get(name)
    if row is None:
        raise Refusal("key-without-people")
    return UnderKey(types=tuple(row["types"]), kinds=tuple(row["kinds"]))
