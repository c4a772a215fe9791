"""How a rule says no, and how work says that it never will: exceptions known to every layer and to no framework."""

from collections.abc import Mapping


class Refusal(Exception):
    """A rule said no. `code` is stable and documented; `facts` are shown to the caller and never hold personal data."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts: Mapping[str, object] = facts


class Permanent(Exception):
    """Trying again cannot mend it: a person has to look. An event whose handling ends so is parked."""
