"""What a metric's label or a span's attribute may say: words of the code, never what somebody sent."""

import re
from typing import Final

OTHER: Final = "other"
OUTCOMES: Final = frozenset({"done", "failed", "cancelled"})
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
NO_ROUTE: Final = "none"

_STEP: Final = r"/(?:[a-z]+(?:[-_.][a-z]+)*|v[0-9]|\{[a-z_]+(?::path)?\})"
_JOB: Final = re.compile(r"[a-z]+(?:[.-][a-z]+)+")
# Identifiers are full of digits, and none of these can hold one but for a version.
RULES: Final = {
    "type": re.compile(r"[a-z]+(?:\.[a-z_]+)+\.v[0-9]"),
    "route": re.compile(rf"/|{NO_ROUTE}|(?:{_STEP})+"),
    "status": re.compile(r"[1-5]xx"),
    "stage": re.compile(r"[a-z]+(?:\.[a-z-]+)+"),
    "job": _JOB,
    "job_name": _JOB,  # a label `job` would be taken for Prometheus's own
    "what": re.compile(r"[a-z]+(?:_[a-z]+)*"),
    "service": re.compile(r"[a-z]+"),
    "outcome": re.compile("|".join(sorted(OUTCOMES))),
    "method": re.compile("|".join(sorted(METHODS))),
    "certificate": re.compile(r"bus|database|http"),
    "error": re.compile(r"[A-Za-z_]{1,60}"),
}
SPAN_NAME: Final = re.compile(r"[a-z]+(?:\.[a-z_-]+)+")


def word(kind: str, value: str) -> str:
    """The value, where it is one that this kind of label may have; else `other`."""
    rule = RULES.get(kind)
    return value if rule is not None and rule.fullmatch(value) else OTHER


def is_word(kind: str, value: str) -> bool:
    """Whether a label of that kind may have that value."""
    return value == OTHER or word(kind, value) == value
