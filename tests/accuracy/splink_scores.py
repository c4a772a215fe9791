"""Splink on cleaned pairs, in the environment of `scripts/setup bench`: `python -m tests.accuracy.splink_scores DIR`.

Reads asked.parquet and held.parquet to learn from, asked-N.parquet and held-N.parquet to score; writes scores-N.parquet
(pair, probability) and splink.json (CPU seconds, peak memory). One thread and a fixed seed: a run repeats itself.
"""

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

import duckdb
import splink.comparison_library as compare
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

SEED = 20260401
COLUMNS = ("kanji", "kana", "birth", "sex", "address")


def settings() -> Any:
    """Names and addresses by closeness of text, the date by its parts, the sex as it is."""
    return SettingsCreator(
        link_type="link_only",
        comparisons=[
            compare.JaroWinklerAtThresholds("kanji", [0.9, 0.7]),
            compare.JaroWinklerAtThresholds("kana", [0.92, 0.8]),
            compare.DateOfBirthComparison("birth", input_is_string=True),
            compare.ExactMatch("sex"),
            compare.JaroWinklerAtThresholds("address", [0.95, 0.88]),
        ],
        blocking_rules_to_generate_predictions=[block_on("birth"), block_on("kana", "sex"), block_on("kanji", "sex")],
        retain_intermediate_calculation_columns=False,
        retain_matching_columns=False,
    )


def connected() -> Any:
    """A database in memory with one thread."""
    connection = duckdb.connect()
    connection.execute("SET threads = 1")
    return DuckDBAPI(connection=connection)


def trained(folder: Path) -> dict[str, Any]:
    """The model learnt from the sample, without labels."""
    database = connected()
    linker = Linker([_table(database, folder / f"{side}.parquet", side) for side in ("asked", "held")], settings())
    sure = [block_on("kanji", "birth", "sex"), block_on("kana", "birth", "address")]
    linker.training.estimate_probability_two_random_records_match(sure, recall=0.9)
    linker.training.estimate_u_using_random_sampling(max_pairs=5e6, seed=SEED)
    for rule in (block_on("birth"), block_on("kanji", "sex"), block_on("kana", "sex")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    model: dict[str, Any] = linker.misc.save_model_to_json()
    return model


def score(model: dict[str, Any], asked: Path, held: Path, target: Path) -> None:
    """The probability of every pair, pair by pair."""
    database = connected()
    paired = {**model, "blocking_rules_to_generate_predictions": ["l.pair = r.pair"]}
    linker = Linker([_table(database, asked, "asked"), _table(database, held, "held")], paired)
    linker.inference.predict(threshold_match_probability=0).as_duckdbpyrelation().project(
        "unique_id_l AS pair, match_probability AS probability"
    ).write_parquet(str(target))


def _table(database: Any, path: Path, side: str) -> Any:
    """The file as a table; `pair` is what joins the two sides of a known pair."""
    rows = database._con.sql(f"SELECT *, unique_id AS pair FROM read_parquet('{path}')")
    return database.register(rows.to_arrow_table(), table_name=side)


def main() -> None:
    """Train once, score every block."""
    folder = Path(sys.argv[1])
    started = time.process_time()
    model = trained(folder)
    learnt = time.process_time()
    for asked in sorted(folder.glob("asked-*.parquet")):
        number = asked.stem.removeprefix("asked-")
        score(model, asked, folder / f"held-{number}.parquet", folder / f"scores-{number}.parquet")
    told = {
        "training_cpu_s": round(learnt - started, 2),
        "scoring_cpu_s": round(time.process_time() - learnt, 2),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    (folder / "splink.json").write_text(json.dumps(told))


if __name__ == "__main__":
    main()
