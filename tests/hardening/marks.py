"""People who exist nowhere else, so that any trace of them is theirs; and the search for such traces."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.outside_people import Case, Country, Entry, case, person

ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "cp932", "euc_jp")
# Family and given name of letters that occur nowhere else, a town that nobody else lives in.
ADDRESS = "東京都港区芝公園二丁目９７番８６号"
ELSEWHERE = "北海道札幌市北区北七条西二丁目９８番地"
PEOPLE = (
    (51, "ウツセミ　ケイスケ", "空蝉　珪輔", "ｳﾂｾﾐ ｹｲｽｹ", "19600102", "1", "10"),
    (52, "ホタルビ　ルリコ", "蛍火　瑠璃子", "ﾎﾀﾙﾋﾞ ﾙﾘｺ", "19710405", "2", "11"),
    (53, "ツリガネ　ノブテル", "釣鐘　延輝", "ﾂﾘｶﾞﾈ ﾉﾌﾞﾃﾙ", "19550607", "1", "41"),
    (54, "ミズカガミ　セツ", "水鏡　勢津", "ﾐｽﾞｶｶﾞﾐ ｾﾂ", "19491111", "2", "10"),
)
WRONG = ("オボロヅキ　ソウ", "朧月　颯", "ｵﾎﾞﾛﾂﾞｷ ｿｳ")


def entries() -> list[Entry]:
    """What the registry holds; two live elsewhere than their plan believes."""
    made = []
    for at, kana, kanji, _, birth, sex, outcome in PEOPLE:
        moved = {} if outcome == "10" else {"postal": "0600807", "municipality": "011029"}
        made.append(person(at, kana, kanji, birth, sex, address=ADDRESS if outcome == "10" else ELSEWHERE, **moved))
    return made


def land() -> Country:
    """J-LIS."""
    return Country({entry.kanji.replace("　", ""): [entry] for entry in entries()})


def asked() -> list[Case]:
    """The records of a plan's request; the last has no such date."""
    rows = [case(f"MK-{at}", half, kanji, birth, sex, outcome) for at, _, kanji, half, birth, sex, outcome in PEOPLE]
    rows.append(case("MK-99", WRONG[2], WRONG[1], "19710231", "1", "", codes=("R06",)))
    for each in rows:
        each.row[6] = ADDRESS
    return rows


def marks() -> dict[str, str]:
    """Every text that must stand nowhere in clear, by what it is. Names in parts and as wholes, numbers as they are."""
    found: dict[str, str] = {}
    for at, (entry, (_, kana, kanji, half, *_)) in enumerate(zip(entries(), PEOPLE, strict=True)):
        texts = [("kana", kana), ("kanji", kanji), ("half", half)]
        found |= {f"{what} of {at}": part for what, text in texts for part in text.replace(" ", "　").split("　")[:1]}
        found |= {f"number of {at}": entry.number, f"code of {at}": entry.code}
    found |= {"kanji of wrong": "朧月", "half of wrong": "ｵﾎﾞﾛﾂﾞｷ"}
    # Addresses by their ends, as written, normalised to digits, and with the dash of a search key.
    return found | {
        "address": "９７番８６号",
        "elsewhere": "９８番地",
        "address in digits": "97番86",
        "address key": "2-97-86",
    }


@dataclass(frozen=True)
class Trace:
    """A mark that was found: what it is of, and where. Never the mark."""

    what: str
    where: str


def traces(places: Iterable[tuple[str, bytes]], sought: Mapping[str, str]) -> Iterator[Trace]:
    """Every mark in every place, in every way of writing it down."""
    needles = [(what, needle) for what, text in sought.items() for needle in written(text)]
    for where, data in places:
        for what, needle in needles:
            if needle in data:
                yield Trace(what, where)


def written(text: str) -> set[bytes]:
    """A text in the encodings and escapes in which it may lie somewhere."""
    plain = set()
    for encoding in ENCODINGS:
        try:
            plain.add(text.encode(encoding))
        except UnicodeEncodeError:
            continue
    escaped = text.encode("ascii", "backslashreplace")
    return plain | {escaped, escaped.upper().replace(b"\\U", b"\\u"), text.encode().hex().encode()}


def every_file(root: Path) -> Iterator[tuple[str, bytes]]:
    """Each file under a directory, by its name, and its bytes."""
    for path in sorted(root.rglob("*")):
        if path.is_file():
            yield path.name, path.read_bytes()
