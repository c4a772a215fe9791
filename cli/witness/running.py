"""Runs a witness as a process."""

from pathlib import Path

import uvicorn

from cli.witness.http import Witness, create_app


def run(folder: Path, *, host: str, port: int, tls_cert: Path | None = None, tls_key: Path | None = None) -> None:
    """Serve until stopped. Refusal `key-unreadable` where the folder holds no witness, `witness-runs-already`."""
    witness = Witness(folder)
    try:
        uvicorn.run(
            create_app(witness),
            host=host,
            port=port,
            access_log=False,
            log_level="warning",
            ssl_certfile=tls_cert,
            ssl_keyfile=tls_key,
        )
    finally:
        witness.book.close()
