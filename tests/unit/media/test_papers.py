"""Printed papers: PDF/A, with the real typeface, red where red is due, nothing of a person, nothing run as markup."""

import subprocess
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from services.media.documents import TEMPLATES
from services.media.making.disc_image import Face, readme_text
from services.media.making.words import compact_date, english_date, japanese_date, printed_date
from services.media.settings import MediaSettings
from shared.papers.glyphs import FontUnusable, characters_of
from shared.papers.press import REPLACEMENT, Press

AT = datetime(2026, 6, 24, 15, 0, tzinfo=UTC)  # the 25th in Japan
FONT = MediaSettings().font
LABEL = {
    "association": "試験連合会",
    "plan_number": "00012345",
    "plan_name": "試験企業年金基金",
    "plan_address": "東京都港区芝公園２－４－１",
    "red": False,
    "title": "回答CD-R",
    "contents": "仮照会",
    "disc_number": "2606A-0007-1",
    "cycle": "2026-06-A",
    "volume": 1,
    "volumes": 2,
    "made_on": "2026年6月25日",
}


@pytest.fixture(scope="module")
def press() -> Press:
    return Press(FONT, TEMPLATES)


def text_of(pdf: bytes, tmp_path: Path) -> str:
    file = tmp_path / "paper.pdf"
    file.write_bytes(pdf)
    return subprocess.run(["pdftotext", "-layout", str(file), "-"], check=True, capture_output=True, text=True).stdout


def red_pixels(pdf: bytes, tmp_path: Path) -> int:
    file = tmp_path / "paper.pdf"
    file.write_bytes(pdf)
    ppm = subprocess.run(["pdftoppm", "-r", "40", str(file)], check=True, capture_output=True).stdout
    pixels = ppm.split(b"\n", 3)[3]
    triples = zip(pixels[0::3], pixels[1::3], pixels[2::3], strict=False)
    return sum(1 for red, green, blue in triples if red > 180 and green < 90 and blue < 90)


def test_a_label_is_pdf_a_in_the_embedded_typeface(press: Press, tmp_path: Path) -> None:
    pdf = press.print("disc_label", LABEL, at=AT)
    assert b"pdfaid:part>2<" in pdf or b'pdfaid:part="2"' in pdf
    text = text_of(pdf, tmp_path)
    for shown in ("2606A-0007-1", "試験企業年金基金", "2026-06-A", "1/2"):
        assert shown in text.replace("1 / 2", "1/2")
    fonts = subprocess.run(
        ["pdffonts", str(tmp_path / "paper.pdf")], check=True, capture_output=True, text=True
    ).stdout.splitlines()[2:]
    assert fonts
    assert all("IPAexGothic" in font for font in fonts)


def test_only_individual_numbers_are_marked_in_red(press: Press, tmp_path: Path) -> None:
    assert red_pixels(press.print("disc_label", LABEL, at=AT), tmp_path) == 0
    red = press.print("disc_label", LABEL | {"red": True}, at=AT)
    assert red_pixels(red, tmp_path) > 200
    assert "個人番号在中" in text_of(red, tmp_path)


def test_the_same_data_prints_the_same_paper(press: Press) -> None:
    assert press.print("disc_label", LABEL, at=AT) == press.print("disc_label", LABEL, at=AT)


def test_data_is_never_markup(press: Press, tmp_path: Path) -> None:
    name = '#panic("x") *bold* $1/2$ @ref <label> \\'
    assert "#panic" in text_of(press.print("disc_label", LABEL | {"plan_name": name}, at=AT), tmp_path)


def test_what_the_typeface_lacks_is_printed_as_a_mark_not_as_a_box(press: Press, tmp_path: Path) -> None:
    assert press.shows("吉田")
    assert not press.shows("𠮷田")
    paper = press.print("disc_label", LABEL | {"plan_name": "𠮷田企業年金基金"}, at=AT)
    assert f"{REPLACEMENT}田企業年金基金" in text_of(paper, tmp_path)


@pytest.mark.parametrize("content", [None, b"", b"not a font", b"\x00\x01\x00\x00\x00\x01" + bytes(50)])
def test_without_its_font_nothing_is_printed(tmp_path: Path, content: bytes | None) -> None:
    font = tmp_path / "font.ttf"
    if content is not None:
        font.write_bytes(content)
    with pytest.raises(FontUnusable, match="_FONT"):
        Press(font, TEMPLATES)


def test_the_character_map_agrees_with_what_is_known() -> None:
    characters = characters_of(FONT)
    assert {ord(sign) for sign in "吉髙﨑①ｱア漢A1〓■"} <= characters
    assert 0x20BB7 not in characters


def test_dates_as_printed() -> None:
    assert japanese_date(AT) == "2026年6月25日"
    assert english_date(AT) == "25 June 2026"
    assert compact_date(AT) == "20260625"
    assert printed_date("20260620") == japanese_date(date(2026, 6, 20)) == "2026年6月20日"
    assert printed_date("unknown") == "unknown"
    assert printed_date("") == "－"


def test_the_readme_tells_how_to_open_the_disc() -> None:
    data = readme_text(["KAITO_001.zip"], Face("2606A-0007-1", 1, 2, 3))
    text = data.decode("utf-8-sig")
    assert data.startswith(b"\xef\xbb\xbf")
    assert "\r\n" in text
    assert text.count("\n") == text.count("\r\n")
    for told in ("2606A-0007-1", "1 / 2", "7-Zip", "エクスプローラーだけでは開けません", "KAITO_001.zip", "3か月"):
        assert told in text
