"""Writes the tables of variant characters anew: `python -m shared.people.sources_variants FOLDER`.

FOLDER holds the published tables as CSV: mji_list_00602 and mj_shrink_map_1.2.0 (MJ), joyo_kangxi, nyukan_itaiji and
unihan17_variant. register.csv and apart.csv in the data folder are written by hand and are read, not written.

Strong pairs (the same character, an old and a new form) become a forest of stars: each variant has one base, which is
no variant itself, and the published tables state that pair. Nothing follows from two pairs together. What a star
cannot hold, and what only weaker relations join, becomes a pair that is commonly confused.
"""

import csv
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

VARIANTS = Path(__file__).parent / "data" / "variants"
_HEADER = ("variant", "base", "relation")
# Relations of the MJ shrink map that say: one character. In order of preference, as the name of the pair.
_MJ_STRONG = {
    "JIS包摂規準UCS統合規則": "jis",
    "戸籍統一文字情報_親字正字": "koseki",
    "民一2842号通達別表_誤字俗字正字一覧表_無印": "minji-2842",
    "民一2842号通達別表_誤字俗字正字一覧表_俗字": "minji-2842",
    "民二5202号通知別表_正字俗字等対照表": "minji-5202",
}
_MJ_WEAK = {
    "民一2842号通達別表_誤字俗字正字一覧表_別字": "other-character",
    "辞書類等による関連字": "dictionary",
    "読み字形による類推": "reading-and-shape",
}
_UNIHAN_WEAK = {
    "kSemanticVariant": "unihan-semantic",
    "kSpecializedSemanticVariant": "unihan-semantic",
    "kZVariant": "unihan-semantic",
    "kSpoofingVariant": "unihan-spoofing",
}
_UNCODED = 9
# Which table is under which terms; all else comes from MJ.
_FILE_OF = {
    "joyo": "official",
    "jinmei": "official",
    "immigration": "immigration",
    "unihan-semantic": "unihan",
    "unihan-spoofing": "unihan",
    "register": "register",
    "apart": "apart",
}
_BY_HAND = ("register", "apart")
_OFFICIAL = ("joyo", "jinmei", "register")

Pair = tuple[str, str]


@dataclass(frozen=True)
class Statements:
    """What the published tables state, each pair with the relations that state it."""

    strong: dict[Pair, tuple[str, ...]]
    weak: dict[Pair, str]
    rank: dict[str, int]
    coded: frozenset[str]
    apart: frozenset[frozenset[str]]


def read(folder: Path) -> Statements:
    """Both kinds of pairs, compatibility forms folded, and how usual each character is (0: 常用漢字)."""
    glyphs = {row["MJ文字図形名"]: row for row in _rows(folder / "mji_list_00602.csv")}
    unihan = list(_rows(folder / "unihan17_variant.csv"))
    by_hand = {name: [(row["variant"], row["base"]) for row in _rows(VARIANTS / f"{name}.csv")] for name in _BY_HAND}
    strong: defaultdict[Pair, list[str]] = defaultdict(list)
    weak: dict[Pair, str] = dict.fromkeys(by_hand["apart"], "apart")
    for pair, relation in _official(folder, unihan):
        strong[pair].append(relation)
    for pair in by_hand["register"]:
        strong[pair].append("register")
    for pair, relation, certain in _of_mj(folder, glyphs):
        if certain:
            strong[pair].append(relation)
        else:
            weak.setdefault(pair, relation)
    for pair, relation in _weaker(folder, unihan):
        weak.setdefault(pair, relation)
    return Statements(
        {pair: tuple(relations) for pair, relations in strong.items()},
        weak,
        _ranks(glyphs.values()),
        frozenset(row["対応するUCS"] for row in glyphs.values() if row["X0213"]),
        frozenset(frozenset(pair) for pair in by_hand["apart"]),
    )


def stars(stated: Statements) -> dict[str, tuple[str, str]]:
    """Variant -> (base, relation)."""
    neighbours = _neighbours(_trusted(stated))
    roots = {character for character in neighbours if not _better(character, neighbours[character], stated.rank)}
    found = {}
    for character, related in neighbours.items():
        bases = [base for base in _better(character, related, stated.rank) if base in roots]
        official = [base for base in bases if related[base] in _OFFICIAL]
        chosen = official if len(official) == 1 else bases
        if len(chosen) == 1:
            found[character] = (chosen[0], related[chosen[0]])
    return found


def confused(stated: Statements, bases: dict[str, tuple[str, str]]) -> dict[Pair, str]:
    """Pairs of bases that some table relates and no star joins; first those that one table alone calls the same."""
    found: dict[Pair, str] = {}
    doubtful = [(pair, "doubtful") for pair in stated.strong if frozenset(pair) not in stated.apart]
    for (one, other), relation in (*doubtful, *stated.weak.items()):
        ends = sorted({bases.get(end, (end, ""))[0] for end in (one, other)})
        if len(ends) == 2:
            found.setdefault((ends[0], ends[1]), relation)
    return found


def main(folder: Path) -> None:
    """Write every table but the two by hand."""
    stated = read(folder)
    bases = stars(stated)
    tables: defaultdict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for variant, (base, relation) in bases.items():
        tables[_FILE_OF.get(relation, "mj")].append((variant, base, relation))
    for (one, other), relation in confused(stated, bases).items():
        tables[_FILE_OF.get(relation, "mj_confused")].append((one, other, relation))
    for name in tables.keys() - set(_BY_HAND):
        _write(VARIANTS / f"{name}.csv", tables[name])


def _official(folder: Path, unihan: list[dict[str, str]]) -> Iterator[tuple[Pair, str]]:
    """常用漢字表 and its 康熙字典体; the forms of one character in 人名用漢字."""
    for row in _rows(folder / "joyo_kangxi.csv"):
        yield from _folded(row["康熙字典体"], row["漢字"], "joyo")
    for row in unihan:
        if row["property"] == "kJinmeiyoKanji" and len(row["value"]) == 1:
            yield from _folded(row["UCS"], row["value"], "jinmei")


def _of_mj(folder: Path, glyphs: dict[str, dict[str, str]]) -> Iterator[tuple[Pair, str, bool]]:
    """Pairs of the shrink map, and whether they say surely that both are one character.

    A glyph that only a variation selector can write says nothing about its code point's usual form.
    """
    for row in _rows(folder / "mj_shrink_map_1.2.0.csv"):
        glyph, table = glyphs[row["MJ文字図形名"]], row["表"]
        strong = table in _MJ_STRONG and row["ホップ数"] in ("", "1")
        if not glyph["対応するUCS"] or not (strong or table in _MJ_WEAK):
            continue
        relation = _MJ_STRONG[table] if strong else _MJ_WEAK[table]
        certain = strong and glyph["実装したUCS"] != ""
        for pair, name in _folded(
            glyph["対応するUCS"], row["縮退UCS"], relation if certain or not strong else "rare-form"
        ):
            yield pair, name, certain


def _weaker(folder: Path, unihan: list[dict[str, str]]) -> Iterator[tuple[Pair, str]]:
    for row in unihan:
        if row["property"] in _UNIHAN_WEAK:
            yield from _folded(row["UCS"], row["value"], _UNIHAN_WEAK[row["property"]])
    for row in _rows(folder / "nyukan_itaiji.csv"):
        yield from _folded(row["簡体字等のUCS"], row["正字のUCS"], "immigration")


def _folded(one: str, other: str, relation: str) -> Iterator[tuple[Pair, str]]:
    ends = unicodedata.normalize("NFKC", one), unicodedata.normalize("NFKC", other)
    if ends[0] != ends[1] and all(len(end) == 1 for end in ends):
        yield ends, relation


def _trusted(stated: Statements) -> dict[Pair, str]:
    """Strong pairs, each with one relation.

    Two characters that JIS X 0213 both holds need two witnesses: one table alone takes 剌 for 刺 and 泠 for 冷. Two
    常用漢字 are never one (功 and 切), and a different character by one table (別字) is the same by none.
    """
    found: dict[Pair, str] = {}
    for pair, relations in stated.strong.items():
        witnesses = set(relations) | {stated.weak.get(pair, ""), stated.weak.get(pair[::-1], "")} - {""}
        witnesses |= set(stated.strong.get(pair[::-1], ()))
        official = not witnesses.isdisjoint(_OFFICIAL)
        both_coded = set(pair) <= stated.coded
        both_usual = all(stated.rank.get(end, _UNCODED) == 0 for end in pair)
        if frozenset(pair) in stated.apart or (not official and (both_usual or "other-character" in witnesses)):
            continue
        if official or not both_coded or len(witnesses) > 1:
            found[pair] = relations[0]
    return found


def _neighbours(pairs: dict[Pair, str]) -> dict[str, dict[str, str]]:
    """Character -> each character that it is stated to be the same as, and the relation."""
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for (one, other), relation in pairs.items():
        found[one].setdefault(other, relation)
        found[other].setdefault(one, relation)
    return found


def _better(character: str, related: Iterable[str], rank: dict[str, int]) -> list[str]:
    """Those of the related characters that are more usual than the character."""
    own = rank.get(character, _UNCODED), character
    return [other for other in related if (rank.get(other, _UNCODED), other) < own]


def _ranks(glyphs: Iterable[dict[str, str]]) -> dict[str, int]:
    """How usual a character is: 常用漢字, 人名用漢字, then the levels of JIS X 0213."""
    ranks: dict[str, int] = {}
    for row in glyphs:
        place = row["X0213"].split("-")
        level = 5 if place[0] == "2" else 2 if place[0] == "1" and "16" <= place[1] <= "47" else 3
        usual = {"常用漢字": 0, "人名用漢字": 1}.get(row["漢字施策"], level if row["X0213"] else _UNCODED)
        ranks[row["対応するUCS"]] = min(usual, ranks.get(row["対応するUCS"], _UNCODED))
    return ranks


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def _write(path: Path, rows: list[tuple[str, str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerows((_HEADER, *sorted(rows)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
