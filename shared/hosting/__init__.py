"""How a service is put together and what its host gives it; the same embedded and distributed."""

from shared.hosting.jobs import Job, run_due
from shared.hosting.kit import Kit
from shared.hosting.parts import Parts, Service

__all__ = ["Job", "Kit", "Parts", "Service", "run_due"]
