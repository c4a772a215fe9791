"""The public keys of machines of our own, such as the console: one file a machine, put there by who installs it."""

import re
from pathlib import Path
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,39}", re.ASCII)


def is_machine(folder: Path | None, name: str) -> bool:
    """Whether the folder has a file of that name: then it is nobody else's, whatever the file holds."""
    return _file(folder, name) is not None


def machine_key(folder: Path | None, name: str) -> str | None:
    """The machine's Ed25519 public key in PEM, read anew each time, or None where there is no such key."""
    file = _file(folder, name)
    if file is None:
        return None
    try:
        pem = file.read_text("ascii")
        return pem if isinstance(load_pem_public_key(pem.encode()), Ed25519PublicKey) else None
    except (OSError, ValueError, UnsupportedAlgorithm):
        return None


def _file(folder: Path | None, name: str) -> Path | None:
    if folder is None or NAME.fullmatch(name) is None:
        return None
    file = folder / f"{name}.pem"
    return file if file.is_file() else None
