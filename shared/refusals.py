"""How a rule says no: one exception with a stable code, known to every layer and to no framework."""

from collections.abc import Mapping


class Refusal(Exception):
    """A rule said no. `code` is stable and documented; `facts` are shown to the caller and never hold personal data."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts: Mapping[str, object] = facts
