"""The matcher as a program: `python -m services.matcher service|worker|migrate`."""

from typing import Final

from services.matcher.app import SCHEMA, create_service
from services.matcher.consumers import CONSUMES
from services.matcher.settings import MatcherSettings
from shared.hosting.process import Program, run

PROGRAM: Final = Program(schema=SCHEMA, settings=MatcherSettings, create=create_service, consumes=CONSUMES)

if __name__ == "__main__":
    run(PROGRAM)
