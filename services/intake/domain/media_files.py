"""Which files of a medium are request files."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from shared.refusals import Refusal


@dataclass(frozen=True)
class NamedFile:
    """A request file of a medium as its name tells: the kind as a header's code."""

    name: str
    plan_number: str
    kind: str


def request_files(names: Sequence[str], pattern: str) -> list[NamedFile]:
    """The request files among the names of a medium, at most one of each kind. Refusal `no-request-file` (F11)."""
    found = [re.match(pattern, name, re.IGNORECASE) for name in names]
    files = [NamedFile(each.string, each["plan_number"], each["kind"]) for each in found if each]
    if not files or len({each.kind for each in files}) < len(files):
        raise Refusal("no-request-file")
    return files
