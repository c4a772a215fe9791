"""Search keys: what the registry's inquiry system takes for the same name or address.

These are the stand-in's own and know nothing of the rules by which the association compares.
"""

import polars as pl

_SMALL_KANA = dict(zip("ァィゥェォッャュョヮヵヶ", "アイウエオツヤユヨワカケ", strict=True))
_OLD_FORMS = dict(
    zip(
        "髙﨑邊邉澤齋齊斉濱濵廣國櫻𠮷栁嶋德鹽眞惠龍條榮壽藏瀨關冨圓黑靑",
        "高崎辺辺沢斎斎斎浜浜広国桜吉柳島徳塩真恵竜条栄寿蔵瀬関富円黒青",
        strict=True,
    )
)
_NOT_IN_NAMES = r"[\s　・･=＝ー―‐\-－'’.,]"
_DASHES = "－‐−―ー–—ｰ"
_KANJI_DIGITS = dict(zip("一二三四五六七八九〇", "1234567890", strict=True))


def kana(text: pl.Expr) -> pl.Expr:
    """Readings alike but for width, sound marks, small kana, long marks and spaces have the same key."""
    bare = text.str.normalize("NFKC").str.replace_all(_NOT_IN_NAMES, "").str.normalize("NFKD")
    return bare.str.replace_all("[\u3099\u309a]", "").str.replace_many(_SMALL_KANA).str.to_uppercase()


def kanji(text: pl.Expr) -> pl.Expr:
    """Names alike but for width, spaces and old forms of characters have the same key."""
    return text.str.normalize("NFKC").str.replace_all(_NOT_IN_NAMES, "").str.replace_many(_OLD_FORMS).str.to_uppercase()


def address(text: pl.Expr) -> pl.Expr:
    """Addresses alike but for width, prefecture, house-number notation and building have the same key."""
    plain = text.str.normalize("NFKC").str.replace_all(f"[{_DASHES}]", "-").str.replace_all("(大字|字)", "")
    plain = plain.str.replace("^(北海道|東京都|大阪府|京都府|.{2,3}県)", "").str.replace_all("ケ|ヶ|が", "ガ")
    plain = _digits_before_chome(plain)
    plain = plain.str.replace_all("丁目|番地の?|番|号", "-").str.replace_all(r"\s", " ")
    number = plain.str.extract(r"^([^0-9]*[0-9]+(?:-+[0-9]+)*)").fill_null(plain)
    return number.str.replace_all("-+", "-").str.strip_chars(" -")


def _digits_before_chome(text: pl.Expr) -> pl.Expr:
    """二十一丁目 -> 21丁目, in the numbers up to 99 that occur."""
    number = text.str.extract("([一二三四五六七八九十]+)丁目").fill_null("")
    tens = number.str.extract("^([一二三四五六七八九]?)十").replace({"": "一"})
    units = number.str.extract("([一二三四五六七八九])$")
    value = tens.replace_strict(_KANJI_DIGITS, default=None).cast(pl.Int64) * 10
    total = value.fill_null(0) + units.replace_strict(_KANJI_DIGITS, default=None).cast(pl.Int64).fill_null(0)
    rest = text.str.replace("[一二三四五六七八九十]+丁目", "\u0000")
    head, tail = rest.str.split_exact("\u0000", 1), rest.str.contains("\u0000", literal=True)
    first, second = head.struct.field("field_0"), head.struct.field("field_1")
    return pl.when(tail).then(pl.format("{}{}丁目{}", first, total, second.fill_null(""))).otherwise(text)
