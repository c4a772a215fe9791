"""How commands speak: steps while they work, one result at the end, as text for people or as JSON for programs."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from shared.refusals import Refusal

Json = Annotated[bool, typer.Option("--json", help="結果を JSON で / the result as JSON")]


@dataclass(frozen=True)
class Output:
    """Where a command writes. With `as_json` standard output carries the result and nothing else."""

    as_json: bool = False

    @property
    def _steps(self) -> Console:
        return Console(stderr=True, highlight=False) if self.as_json else Console(highlight=False)

    def step(self, text: str) -> None:
        """One line about what has just been done."""
        self._steps.print(text, markup=False, soft_wrap=True)

    @contextmanager
    def progress(self, label: str, total: int) -> Iterator[Callable[[int], None]]:
        """A bar on a terminal, one line at the end elsewhere; gives a function that is told how much is done."""
        console, last = self._steps, 0

        def note(done: int) -> None:
            nonlocal last
            last = done
            if bar is not None:
                bar.update(task, completed=done)

        if not console.is_terminal:
            bar = None
            yield note
            console.print(f"{label}: {last:,}", markup=False)
            return
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=console) as bar:
            task = bar.add_task(label, total=total)
            yield note

    def result(self, data: Any, human: Callable[[], Any] | None = None) -> None:
        """The result: `data` for programs; for people what `human` makes (a text or a table), else the data."""
        if self.as_json:
            print(json.dumps(data, ensure_ascii=False, default=str))
            return
        shown = human() if human is not None else _facts(data)
        if isinstance(shown, str):
            print(shown)
        else:
            Console(highlight=False, width=None if sys.stdout.isatty() else 160).print(shown)


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> Table:
    """A table for people; numbers stand on the right."""
    made = Table(title=title, title_justify="left")
    for at, column in enumerate(columns):
        numeric = bool(rows) and all(isinstance(row[at], int) for row in rows)
        made.add_column(column, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        made.add_row(*(f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row))
    return made


def tell_refusal(refusal: Refusal, *, as_json: bool) -> None:
    """Says on the way out why a command was refused."""
    if as_json:
        print(json.dumps({"refused": refusal.code, "facts": dict(refusal.facts)}, ensure_ascii=False, default=str))
        return
    facts = ", ".join(f"{name}={value}" for name, value in refusal.facts.items())
    text = f"拒否 / refused: {refusal.code}{f' ({facts})' if facts else ''}"
    Console(stderr=True, highlight=False).print(text, markup=False, soft_wrap=True)


def _facts(data: Any) -> str:
    if isinstance(data, Mapping):
        return "\n".join(f"{name}: {value}" for name, value in data.items())
    return str(data)
