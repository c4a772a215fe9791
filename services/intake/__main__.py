"""Intake as a program: `python -m services.intake service|worker|migrate|bootstrap FILE`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from services.intake.app import SCHEMA, create_parts, create_service
from services.intake.consumers import CONSUMES
from services.intake.settings import IntakeSettings
from services.intake.usecases.load_plans import load_plans
from shared.hosting.distributed import DistributedKit
from shared.hosting.host_settings import HostSettings
from shared.hosting.installation import read_bootstrap
from shared.hosting.process import Program, run


def bootstrap(settings: HostSettings, arguments: Sequence[str]) -> None:
    """The first plans; what is entered already stays as it is."""
    parts = create_parts(IntakeSettings(), DistributedKit.open(settings))
    try:
        load_plans(parts, read_bootstrap(Path(*arguments)).get("plans", ()))
    finally:
        parts.db.close()


PROGRAM: Final = Program(
    schema=SCHEMA,
    settings=IntakeSettings,
    create=create_service,
    consumes=CONSUMES,
    steps={"bootstrap": bootstrap},
)

if __name__ == "__main__":
    run(PROGRAM)
