"""`shokai normalise`: how a name, a reading, an address or a date is read, step by step. Offline; nothing is kept."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from cli.output import Json, Output
from shared.people.address_parts import parse_address
from shared.people.address_steps import address_steps
from shared.people.addresses import read_address
from shared.people.dates import western
from shared.people.kana import kana_key
from shared.people.names import kanji_key
from shared.people.registered import read_name
from shared.people.steps import Step, birth_steps, kana_steps, name_steps
from shared.people.variants import rules
from shared.people.written_dates import read_written_date

app = typer.Typer()


class Kind(StrEnum):
    """What the lines hold."""

    name = "name"
    kana = "kana"
    address = "address"
    date = "date"


@dataclass(frozen=True)
class _Reading:
    """How texts of one kind are read: their parts, the key under which they are compared, and the steps to it."""

    parts: Callable[[str], dict[str, Any]]
    key: Callable[[str], str]
    steps: Callable[[str], tuple[Step, ...]]


_READINGS: Final = {
    Kind.name: _Reading(lambda text: asdict(read_name(text)), lambda text: kanji_key(read_name(text).main), name_steps),
    Kind.kana: _Reading(lambda text: asdict(read_name(text)), lambda text: kana_key(read_name(text).main), kana_steps),
    Kind.address: _Reading(
        lambda text: asdict(parse_address(text)), lambda text: read_address(text).key, address_steps
    ),
    Kind.date: _Reading(
        lambda text: asdict(read_written_date(text)),
        lambda text: western(text.strip(" ")) or text.strip(" "),
        birth_steps,
    ),
}


@app.command()
def normalise(
    kind: Annotated[Kind, typer.Argument(help="種類 / what the lines hold")],
    file: Annotated[
        Path | None,
        typer.Argument(exists=True, dir_okay=False, help="1行1件、省略時は標準入力 / one text a line; default: stdin"),
    ] = None,
    as_json: Json = False,
) -> None:
    """氏名・かな・住所・日付の読み取りを一段ずつ示す / how a name, reading, address or date is read, step by step.

    個人情報はファイルか標準入力で渡す / personal data goes in by a file or standard input, never as an argument.
    """
    readings = [_read(text, _READINGS[kind]) for text in _lines(file)]
    Output(as_json).result({"readings": readings}, lambda: _text(readings))


def _lines(file: Path | None) -> Iterator[str]:
    try:
        text = (file.read_bytes() if file else sys.stdin.buffer.read()).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise typer.BadParameter("UTF-8 のテキストではありません / not a text in UTF-8") from None
    return (line for line in text.splitlines() if line.strip())


def _read(text: str, reading: _Reading) -> dict[str, Any]:
    parts = {name: value for name, value in reading.parts(text).items() if value}
    steps = [
        asdict(step) | {words: rules()[step.rule][words] for words in ("ja", "en")} for step in reading.steps(text)
    ]
    return {"text": text, "parts": parts, "key": reading.key(text), "steps": steps}


def _text(readings: list[dict[str, Any]]) -> str:
    return "\n".join(line for reading in readings for line in _text_of(reading))


def _text_of(reading: dict[str, Any]) -> Iterator[str]:
    yield reading["text"]
    yield from (f"    {name:18} {_plain(value)}" for name, value in reading["parts"].items())
    yield from (f"    {step['rule']:18} {step['after']}    {step['ja']} / {step['en']}" for step in reading["steps"])
    yield f"    {'key':18} {reading['key']}"


def _plain(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
