"""`python -m cli.witness FOLDER`: runs a witness where the `shokai` command is not installed."""

import argparse
from pathlib import Path

from cli.witness.running import run


def main() -> None:
    """Read the command line and serve."""
    wanted = argparse.ArgumentParser(prog="witness", description="cosigns the checkpoints of a log (C2SP tlog-witness)")
    wanted.add_argument("folder", type=Path, help="folder made by `shokai audit witness init`")
    wanted.add_argument("--host", default="127.0.0.1")
    wanted.add_argument("--port", type=int, default=8700)
    wanted.add_argument("--tls-cert", type=Path)
    wanted.add_argument("--tls-key", type=Path)
    told = wanted.parse_args()
    run(told.folder, host=told.host, port=told.port, tls_cert=told.tls_cert, tls_key=told.tls_key)


if __name__ == "__main__":
    main()
