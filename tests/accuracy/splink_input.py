"""What Splink is given: the same pairs, cleaned as before any linkage, and a sample to learn from."""

import subprocess
from pathlib import Path
from random import Random
from typing import Final

import polars as pl

from tests.accuracy.pairs import befallen_mixed, people_of
from tests.accuracy.sheets import TEXTS, asked_texts, held_texts

ROOT: Final = Path(__file__).parents[2]
PYTHON: Final = ROOT / ".venv-bench" / "bin" / "python"
LEARNT_FROM: Final = 20_000  # people on either side of the training sample
_FIRST_YEARS: Final = {"3": 1911, "5": 1925, "7": 1988, "9": 2018}
_DASHES: Final = "[‐‑‒–—―−ーｰ－]"


def write_training(folder: Path, seed: int) -> None:
    """asked.parquet and held.parquet of people of their own, in the realistic mix."""
    rng = Random(f"{seed}-training")
    pairs = [befallen_mixed(person, rng) for person in people_of(rng, LEARNT_FROM)]
    for side, texts in (("asked", asked_texts), ("held", held_texts)):
        rows = [texts(getattr(pair, side)) for pair in pairs]
        frame = pl.DataFrame(rows, schema=[f"{side}_{text}" for text in TEXTS], orient="row")
        cleaned(frame.with_row_index("unique_id"), side).write_parquet(folder / f"{side}.parquet")


def write_pairs(pairs: pl.DataFrame, folder: Path, number: int) -> None:
    """One block of pairs as asked-N.parquet and held-N.parquet, pair by pair on `unique_id`."""
    told = pairs.filter(pl.col("result") == "0").with_columns(unique_id=_pair())
    for side in ("asked", "held"):
        cleaned(told, side).write_parquet(folder / f"{side}-{number:05d}.parquet")


def scores(folder: Path) -> pl.DataFrame:
    """Splink, trained on the sample in `folder`, on its pairs: seq, candidate, probability."""
    subprocess.run([PYTHON, "-m", "tests.accuracy.splink_scores", folder], check=True, cwd=ROOT)
    scored = pl.read_parquet(folder / "scores-*.parquet")
    return scored.select(
        seq=(pl.col("pair") // 10).cast(pl.Int64),
        candidate=(pl.col("pair") % 10).cast(pl.Int64),
        probability="probability",
    )


def _pair() -> pl.Expr:
    return pl.col("seq") * 10 + pl.col("candidate")


def cleaned(frame: pl.DataFrame, side: str) -> pl.DataFrame:
    """unique_id, kanji, kana, birth (ISO or null), sex, address: width, blanks, hyphens and eras made alike."""
    plain = {text: pl.col(f"{side}_{text}").str.normalize("NFKC").str.replace_all(r"\s", "") for text in TEXTS}
    birth = plain["birth_date"]
    year = birth.str.head(1).replace_strict(_FIRST_YEARS, default=None, return_dtype=pl.Int64)
    western = (year + birth.str.slice(1, 2).cast(pl.Int64, strict=False)).cast(pl.String) + birth.str.slice(3)
    iso = pl.when(birth.str.len_chars() == 7).then(western).otherwise(birth)
    numbers = plain["address"].str.replace_all(_DASHES, "-").str.replace_all("丁目|番地の|番地|番", "-")
    return frame.select(
        "unique_id",
        kanji=_known(plain["name_kanji"]),
        kana=_known(plain["name_kana"]),
        birth=_known(iso.str.replace(r"^(\d{4})(\d\d)(\d\d)$", "$1-$2-$3")),
        sex=_known(plain["sex"]),
        address=_known(numbers.str.replace_all("号", "").str.strip_chars_end("-")),
    )


def _known(text: pl.Expr) -> pl.Expr:
    return pl.when(text != "").then(text)
