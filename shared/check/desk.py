"""`shokai-check`: the check of a request file at the plan's desk, as a program of its own. No account, no network."""

import argparse
import sys
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from shared.calendar.clock import JST, SystemClock
from shared.check.renderings import FORMATS, rendered
from shared.check.report import plain_report
from shared.layouts import KIND_CODES


def main(arguments: Sequence[str] | None = None) -> int:
    """0: nothing but warnings; 1: errors found; 2: called wrongly or the file cannot be read."""
    parser = _parser()
    told = parser.parse_args(arguments)
    if told.format == "csv" and told.out is None:
        parser.error("CSV には送付データが入るため --out が必要です / CSV holds the file's own rows: --out is needed")
    try:
        with told.file.open("rb") as source:
            report = plain_report(source, kind=told.kind, plan=told.plan, as_of=told.as_of or today())
        with told.file.open("rb") as again:
            write_to(told.out, rendered(report, told.format, lambda: again))
    except OSError as error:
        parser.error(f"{error.strerror}: {error.filename}")
    return 1 if report.has_errors else 0


def today() -> date:
    """The day in Japan."""
    return SystemClock().now().astimezone(JST).date()


def plan_number(text: str) -> str:
    """A plan number, or nothing. ValueError."""
    if text and not (len(text) == 8 and text.isascii() and text.isdigit()):
        raise ValueError("企業年金番号は8桁です / a plan number has 8 digits")
    return text


def write_to(out: Path | None, pieces: Iterable[str]) -> None:
    """Write UTF-8 to a file that only its owner may read, or to standard output."""
    encoded = (piece.encode() for piece in pieces)
    if out is None:
        sys.stdout.buffer.writelines(encoded)
        sys.stdout.buffer.flush()
        return
    out.touch(mode=0o600)
    with out.open("wb") as file:
        file.writelines(encoded)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "shokai-check", description="照会依頼ファイルを手元でチェックする / check a request file"
    )
    parser.add_argument("file", type=Path, help="照会依頼ファイル / request file")
    parser.add_argument("--kind", choices=KIND_CODES, required=True, help="照会種別 / kind of request")
    parser.add_argument("--plan", type=plan_number, default="", help="企業年金番号(8桁) / plan number, 8 digits")
    parser.add_argument("--as-of", type=date.fromisoformat, help="この日のチェックとして / as on this day, YYYY-MM-DD")
    parser.add_argument("--format", choices=FORMATS, default="text", help="出力形式 / form of the report")
    parser.add_argument("--out", type=Path, help="出力先 / file to write to")
    return parser


if __name__ == "__main__":
    sys.exit(main())
