"""The bare work in plain Python: read the plans' files and J-LIS's answer, compare item by item, write the replies.

No encryption, no record, no database, no finding, no package: what a script of one page would do. It is the yardstick
of the cycle benchmark and shares no code with the project.
"""

import csv
import json
import re
import resource
import sys
import time
import unicodedata
from collections.abc import Iterator
from pathlib import Path

OLD_TO_NEW = str.maketrans("髙﨑邊邉齋齊濱澤廣國櫻眞榮惠壽實龍瀧德", "高崎辺辺斎斉浜沢広国桜真栄恵寿実竜滝徳")
KANJI_NUMBERS = str.maketrans("〇一二三四五六七八九", "0123456789")
NUMBER_WORDS = re.compile("丁目|番地の|番地|番|号|の")


def read_request(path: Path) -> Iterator[list[str]]:
    with path.open(encoding="cp932", newline="") as file:
        for row in csv.reader(file):
            if row[0] == "2":
                yield row


def read_answer(path: Path) -> dict[int, list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return {int(row[1]): row for row in csv.reader(file) if row[0] == "D"}


def kana(text: str) -> str:
    return (
        unicodedata.normalize("NFKC", text)
        .replace(" ", "")
        .replace("ー", "")
        .translate(str.maketrans("ァィゥェォッャュョ", "アイウエオツヤユヨ"))
    )


def kanji(text: str) -> str:
    return unicodedata.normalize("NFKC", text).replace(" ", "").translate(OLD_TO_NEW)


def address(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).replace(" ", "").translate(KANJI_NUMBERS)
    return NUMBER_WORDS.sub("-", plain).strip("-")


def differing(asked: list[str], held: list[str]) -> list[str]:
    codes = []
    if asked[4] != held[8] and kanji(asked[4]) != kanji(held[8]):
        codes.append("NAME-DIFFERS")
    if asked[3] != held[7] and kana(asked[3]) != kana(held[7]):
        codes.append("KANA-DIFFERS")
    if asked[5] != held[9]:
        codes.append("BIRTH-DIFFERS")
    if asked[6] != held[10]:
        codes.append("SEX-DIFFERS")
    if asked[8] != held[12] and address(asked[8]) != address(held[12]):
        codes.append("ADDRESS-DIFFERS")
    return codes


def outcome(held: list[str] | None, codes: list[str]) -> str:
    if held is None or held[2] == "1":
        return "20"
    return {0: "10", 1: "11"}.get(len(codes), "40")


def main() -> None:
    """Arguments: the answer file, the folder for replies, the request files in the order of their seqs."""
    answer_file, folder, *requests = map(Path, sys.argv[1:])
    started = time.perf_counter()
    held_by_seq = read_answer(answer_file)
    read_seconds = time.perf_counter() - started
    seq = 0
    for path in requests:
        with (folder / f"{path.stem}.reply.csv").open("w", encoding="cp932", errors="replace", newline="") as file:
            writer = csv.writer(file)
            for asked in read_request(path):
                seq += 1
                held = held_by_seq.get(seq)
                codes = differing(asked, held) if held is not None and held[2] == "0" else []
                writer.writerow(["2", asked[1], asked[2], outcome(held, codes), "", ";".join(codes)])
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"records": seq, "read_seconds": read_seconds, "seconds": seconds, "peak_mib": peak}))


if __name__ == "__main__":
    main()
