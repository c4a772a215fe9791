"""`python -m tests.accuracy [--pairs N]`: how rare false "found" and false "not found" are, three ways to decide."""

import argparse
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import polars as pl

from tests.accuracy import judging, pairs, search, splink_input
from tests.accuracy.rates import Tally, aims, summary

SEARCHED: Final = 0.1  # inquiries through the stand-in's search, to a pair
THRESHOLDS: Final = (0.99, 0.9999, 1 - 1e-6, 1 - 1e-8, 1 - 1e-10, 1 - 1e-12)
OURS, EXACT, SPLINK = "shokai", "exact", "splink"


def main() -> None:
    """Decide on all pairs, print the table, write the JSON."""
    parser = argparse.ArgumentParser(prog="accuracy")
    parser.add_argument("--pairs", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--examples", type=int, default=200, help="false decisions of ours that are printed")
    parser.add_argument("--without-splink", action="store_true")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="shokai-accuracy-") as folder:
        figures = measured(wanted.pairs, wanted.seed, Path(folder), wanted.examples, not wanted.without_splink)
    print_report(figures)
    if wanted.json:
        wanted.json.write_text(json.dumps(figures, ensure_ascii=False, indent=1), encoding="utf-8")


def measured(count: int, seed: int, folder: Path, examples: int, with_splink: bool) -> dict[str, Any]:
    """The figures of every way to decide on about `count` pairs and a tenth as many searched inquiries."""
    tallies = {name: Tally(name) for name in (OURS, EXACT)}
    with_splink = with_splink and splink_input.PYTHON.exists()
    numbers = 0
    for number, block in enumerate(_blocks(count, seed)):
        tallies[OURS].add(judging.ours(block), block, examples)
        tallies[EXACT].add(judging.exact(block), block, 0)
        if with_splink:
            splink_input.write_pairs(block, folder, number)
            block.write_parquet(folder / f"block-{number:05d}.parquet")
        numbers = number + 1
    told: dict[str, Any] = {"pairs": count, "seed": seed, "ways": {}}
    if with_splink:
        splink_input.write_training(folder, seed)
        scores = splink_input.scores(folder)
        tallies[SPLINK] = _by_splink(folder, numbers, scores)
        told["splink"] = json.loads((folder / "splink.json").read_text()) | _by_threshold(folder, scores)
    told["ways"] = {name: summary(tally) for name, tally in tallies.items()}
    told["false_found"], told["not_found"] = tallies[OURS].false_found, tallies[OURS].not_found
    return told


def _blocks(count: int, seed: int) -> Iterator[pl.DataFrame]:
    yield from pairs.blocks(count, seed)
    last = 10**9  # numbers of their own for what is searched
    for block in search.blocks(int(count * SEARCHED), seed):
        yield block.with_columns(seq=pl.col("seq") + last)


def _by_splink(folder: Path, numbers: int, scores: pl.DataFrame) -> Tally:
    tally = Tally(SPLINK)
    for number in range(numbers):
        block = pl.read_parquet(folder / f"block-{number:05d}.parquet")
        tally.add(judging.splink(block, scores), block, 0)
    return tally


def _by_threshold(folder: Path, scores: pl.DataFrame) -> dict[str, Any]:
    """Strangers that Splink would take for the person, and the share of the mix that it would find, by threshold."""
    columns = ["seq", "candidate", "arm", "own", "tellable"]
    labels = pl.read_parquet(folder / "block-*.parquet", columns=columns)
    scored = labels.join(scores, on=["seq", "candidate"])
    strangers = scored.filter((pl.col("arm") == "stranger") & pl.col("tellable"))["probability"]
    mix = scored.filter(pl.col("arm") == "mix")["probability"]
    return {
        "by_threshold": [
            {"p": p, "strangers": int((strangers >= p).sum()), "of": len(strangers), "mix_found": (mix >= p).mean()}
            for p in THRESHOLDS
        ]
    }


def print_report(figures: dict[str, Any]) -> None:
    """What a person reads: errors first, then rates, then kind by kind."""
    _print_examples("FALSE FOUND", figures["false_found"])
    _print_examples("not found though three items are right (a sample)", figures["not_found"])
    ways = figures["ways"]
    print(f"\naccuracy: {figures['pairs']:,} pairs and their searches, seed {figures['seed']}")
    print(f"{'':<46}" + "".join(f"{name:>22}" for name in ways))
    _line("inquiries", [f"{way['inquiries']:,}" for way in ways.values()])
    _line("false found", [f"{way['false_found']['n']:,}" for way in ways.values()])
    _line("  at most (95 %)", [f"{way['false_found']['at_most']:.2g}" for way in ways.values()])
    _line("  of strangers offered alone", [_rate(way["false_found"]["strangers"]) for way in ways.values()])
    untold = [f"{way['false_found']['too_little_said']:,}" for way in ways.values()]
    _line("  record says too little to tell (not counted)", untold)
    for part in ("true_pairs", "search"):
        for name in next(iter(ways.values()))[part]:
            label = name if part == "true_pairs" else f"search: {name}"
            _line(label, [_rate(way[part][name]) for way in ways.values()])
    if "splink" in figures:
        for row in figures["splink"]["by_threshold"]:
            print(f"splink, p >= {row['p']:.12f}: {row['strangers']:,} of {row['of']:,} strangers found, ", end="")
            print(f"{row['mix_found']:.2%} of the mix found")
    _print_kinds(ways)
    print()
    for aim, measured_as, met in aims(ways[OURS]):
        print(f"{'met   ' if met else 'MISSED'} {aim}: {measured_as}")


def _print_kinds(ways: dict[str, Any]) -> None:
    head = "".join(f"{f'{name}: review/not':>22}" for name in ways)
    print(f"\n{'each kind alone (items right)':<46}{head}")
    for kind, told in ways[OURS]["kinds"].items():
        rates = [_two(way["kinds"][kind], "review", "not_found") for way in ways.values()]
        _line(f"{kind} ({told['items_right']})", rates)
    print(f"\n{'strangers':<46}" + "".join(f"{f'{name}: found/review':>22}" for name in ways))
    for kind in ways[OURS]["strangers"]:
        _line(kind, [_two(way["strangers"][kind], "false_found", "review") for way in ways.values()])


def _two(told: dict[str, int], first: str, second: str) -> str:
    return f"{told[first] / told['of']:.2%} / {told[second] / told['of']:.2%}"


def _line(label: str, values: list[str]) -> None:
    print(f"{label:<46}" + "".join(f"{value:>22}" for value in values))


def _rate(told: dict[str, Any]) -> str:
    if not told["of"]:
        return "-"
    return f"{told['share']:.3%} ≤{told['high']:.3%}"


def _print_examples(title: str, rows: list[dict[str, Any]]) -> None:
    print(f"\n{title}: {len(rows)}" + (" or more" if len(rows) >= 200 else ""))
    for row in rows:
        print(f"- {row['outcome']} {row['what']} [{row['kinds']}]")
        for item in ("name_kanji", "name_kana", "birth_date", "sex", "address"):
            asked, held = row[f"asked_{item}"], row[f"held_{item}"]
            print(f"    {item}: {asked}" + ("" if asked == held else f"  |  {held}"))


if __name__ == "__main__":
    main()
