"""The ids of traces and spans."""

import secrets

from opentelemetry.sdk.trace.id_generator import IdGenerator


class SystemIds(IdGenerator):
    """From the system's own randomness: none can be foretold, and nobody else's drawing of numbers is disturbed."""

    def generate_span_id(self) -> int:
        """64 bits, never 0."""
        return secrets.randbits(64) or 1

    def generate_trace_id(self) -> int:
        """128 bits, never 0."""
        return secrets.randbits(128) or 1
