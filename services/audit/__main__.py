"""The audit service as a program: `python -m services.audit service|worker|migrate`."""

from typing import Final

from services.audit.app import SCHEMA, create_service
from services.audit.consumers import CONSUMES
from services.audit.settings import AuditSettings
from shared.hosting.process import Program, run

PROGRAM: Final = Program(schema=SCHEMA, settings=AuditSettings, create=create_service, consumes=CONSUMES)

if __name__ == "__main__":
    run(PROGRAM)
