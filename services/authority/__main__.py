"""Authority as a program: `python -m services.authority service|worker|migrate|prepare [FILE]|bootstrap FILE`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from services.authority.app import SCHEMA, create_parts, create_service
from services.authority.settings import AuthoritySettings
from services.authority.usecases.load_bootstrap import load_bootstrap
from shared.hosting import installation
from shared.hosting.distributed import DistributedKit
from shared.hosting.host_settings import HostSettings
from shared.hosting.installation import read_bootstrap
from shared.hosting.process import Program, run


def prepare(settings: HostSettings, arguments: Sequence[str]) -> None:
    """Keys and clock, before anything else can start."""
    installation.prepare(settings, read_bootstrap(Path(arguments[0])) if arguments else {})


def bootstrap(settings: HostSettings, arguments: Sequence[str]) -> None:
    """Staff, equipment and clients; what is entered already stays as it is."""
    parts = create_parts(AuthoritySettings(), DistributedKit.open(settings))
    try:
        load_bootstrap(parts, read_bootstrap(Path(*arguments)))
    finally:
        parts.db.close()


PROGRAM: Final = Program(
    schema=SCHEMA,
    settings=AuthoritySettings,
    create=create_service,
    steps={"prepare": prepare, "bootstrap": bootstrap},
)

if __name__ == "__main__":
    run(PROGRAM)
