"""`shokai normalise`: parts, key and steps of what a file or standard input holds."""

import json
import subprocess
import sys
from pathlib import Path

PROGRAM = Path(sys.executable).with_name("shokai")


def normalise(*arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[str]:
    """The command, run as a user would."""
    done = subprocess.run([str(PROGRAM), "normalise", *arguments], input=given, capture_output=True, check=False)
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def test_an_address_from_standard_input() -> None:
    told = normalise("address", "--json", given="埼玉県浦和市常盤６丁目４番４号\n\n".encode())
    (reading,) = json.loads(told.stdout)["readings"]
    assert told.returncode == 0
    assert reading["parts"]["municipality"] == "さいたま市浦和区"
    assert reading["key"] == reading["steps"][-1]["after"]
    assert reading["steps"][0] | {"ja": "", "en": ""} == {
        "rule": "WIDTH",
        "before": "埼玉県浦和市常盤６丁目４番４号",
        "after": "埼玉県浦和市常盤6丁目4番4号",
        "ja": "",
        "en": "",
    }


def test_the_other_kinds_from_a_file(tmp_path: Path) -> None:
    for kind, text, shown in (
        ("name", "髙橋　花子", "VARIANT-JIS"),
        ("kana", "ﾔﾏﾀﾞ ﾊﾅｺ", "SOUND-MARKS"),
        ("date", "昭和64年1月7日", "1989-01-07"),
    ):
        file = tmp_path / f"{kind}.txt"
        file.write_text(text + "\n", encoding="utf-8")
        told = normalise(kind, str(file))
        assert told.returncode == 0
        assert shown in told.stdout


def test_bytes_of_another_encoding_are_wrong_use() -> None:
    assert normalise("address", given="東京都".encode("cp932")).returncode == 2
