"""Keep evidence that came from outside: a drill's result, a restore test, a probe."""

from services.audit.domain.checksheets.evidence import Evidence, statements
from services.audit.storage.checksheets import evidence as stored
from shared.db import Work
from shared.refusals import Refusal


def file_evidence(work: Work, evidence: Evidence, *, by: str) -> str:
    """The id under which it is kept; it counts for the quarter in which it is filed.

    Refusal `evidence-unknown` for a code that no table names or that the system finds out by itself, and for facts that
    its sentence does not have.
    """
    kind = statements().get(evidence.code)
    if kind is None or not kind.filed:
        raise Refusal("evidence-unknown", evidence=evidence.code)
    try:
        _ = evidence.ja, evidence.en
    except (KeyError, ValueError, IndexError):
        raise Refusal("evidence-unknown", evidence=evidence.code) from None
    return stored.file(work.session, evidence, by=by, now=work.now).id
