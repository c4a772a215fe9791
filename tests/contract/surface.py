"""The calls that outside programs are written against. A line may be added here; taking one away breaks somebody."""

from typing import Final

SURFACE: Final = {
    "authority": """
        POST /token
        POST /sessions
        DELETE /sessions/current
        GET /jwks
        POST /approvals
        POST /approvals/{}/decision
    """,
    "intake": """
        POST /requests
        GET /requests
        GET /requests/{}
        PUT /requests/{}/file
        GET /requests/{}/findings
        GET /requests/{}/findings.csv
        GET /requests/{}/receipt
        POST /requests/{}/withdrawal
        POST /requests/{}/replacement
        POST /receptions
        PUT /receptions/{}/media/{}/image
        POST /receptions/{}/return
        POST /receptions/{}/destruction
        GET /cycles
        GET /cycles/{}
        POST /checks
        GET /plans
        POST /plans/{}/contract-end
    """,
    "matcher": """
        GET /batches
        GET /batches/{}
        GET /batches/{}/inquiry-file
        PUT /batches/{}/answer-file
        GET /batches/{}/balance
        GET /reviews
        GET /reviews/{}
        GET /reviews/agreement
        POST /reviews/assignments
        POST /reviews/{}/assignment
        DELETE /reviews/{}/assignment
        POST /reviews/{}/assignment/withdrawal
        POST /reviews/{}/decision
        POST /batches/{}/release
        GET /batches/{}/deaths
        POST /batches/{}/deaths/confirmation
        GET /death-cases
        POST /death-cases/{}/closing
        GET /quality
        GET /inquiry-numbers/count
    """,
    "media": """
        GET /replies
        GET /replies/{}
        GET /replies/{}/package
        POST /replies/{}/receipt
        GET /replies/{}/password
        GET /discs
        POST /discs/{}/image
        GET /discs/{}/image
        POST /discs/{}/readback
        GET /discs/{}/label.pdf
        GET /discs/{}/password
        POST /discs/{}/reissue
        POST /blanks
        POST /dispatches
        POST /dispatches/{}/events
        GET /dispatches/{}/manifest.pdf
        POST /tracking-imports
    """,
    "audit": """
        GET /records
        GET /log/public-key
        GET /log/checkpoint
        GET /log/proofs/inclusion
        GET /log/proofs/consistency
        GET /destructions
    """,
}


# In every service alike.
PARKED: Final = """
    GET /events/parked
    GET /events/parked/{}
    GET /events/{}
    POST /events/{}/dry-run
    POST /events/{}/replay
    POST /events/replay
    POST /events/{}/discard
    POST /events/{}/fix
"""


def promised(service: str) -> frozenset[str]:
    """A service's promised calls as "GET /intake/v1/requests/{}"."""
    lines = [line.split() for line in (SURFACE[service].strip() + PARKED.rstrip()).splitlines()]
    return frozenset(f"{method} /{service}/v1{path}" for method, path in lines)
