"""Missing records as a detection: what did not arrive may be what somebody took out."""

from collections.abc import Iterable, Iterator

from services.audit.domain.detections.facts import Missing
from services.audit.domain.detections.look import Sign
from services.audit.domain.detections.rules import Rule


def gap_signs(missing: Iterable[Missing], rule: Rule) -> Iterator[Sign]:
    """One sign a gap."""
    for gap in missing:
        yield Sign(
            rule=rule.code,
            version=rule.version,
            variant="missing",
            severity=rule.reasons["missing"].severity,
            key=f"missing|{gap.source}|{gap.first}|{gap.last}",
            at=gap.since,
            about=f"source:{gap.source}",
            facts={
                "source": gap.source,
                "first": gap.first,
                "last": gap.last,
                "amount": gap.last - gap.first + 1,
            },
        )
