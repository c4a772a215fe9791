"""Media as a program: `python -m services.media service|worker|migrate`."""

from typing import Final

from services.media.app import SCHEMA, create_service
from services.media.consumers import CONSUMES
from services.media.settings import MediaSettings
from shared.hosting.process import Program, run

PROGRAM: Final = Program(schema=SCHEMA, settings=MediaSettings, create=create_service, consumes=CONSUMES)

if __name__ == "__main__":
    run(PROGRAM)
