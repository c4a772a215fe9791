"""The vocabulary of 共通語彙基盤 (IMI): adds to what was written what Shokai reads in it."""

from collections.abc import Callable
from typing import Any, Final

from shared.people.address_parts import AddressParts, parse_address
from shared.people.municipalities import current
from shared.people.towns import kanji_number
from shared.people.written_dates import read_written_date

_CONTEXT: Final = "https://imi.go.jp/ns/core/context.jsonld"
_AREA: Final = "http://data.e-stat.go.jp/lod/sac/C"
_WRITTEN: Final = "表記"
_META: Final = "メタデータ"
_UNKNOWN: Final = {
    "place": "該当する地名が見つかりません",
    "ambiguous": "該当する地名が複数あります",
    "municipality": "該当する市区町村名が見つかりません",
    "town": "該当する町名が見つかりません",
    "chome": "該当する丁目が見つかりません",
}


def told(given: Any, wanted: Any) -> Any:
    """What Shokai makes of the input of one case; the output says whether a bare text is an address or a date."""
    if not isinstance(given, str):
        return _told(given)
    if isinstance(wanted, dict) and wanted.get("@type") == "場所型":
        address, meta = _address({"@type": "住所型", _WRITTEN: given})
        return {"@context": _CONTEXT, "@type": "場所型", "住所": address} | _with_meta(meta)
    if isinstance(wanted, dict) and wanted.get("@type") == "日付型":
        return {"@context": _CONTEXT} | _date({"@type": "日付型", _WRITTEN: given})
    return given


def _told(given: Any) -> Any:
    if isinstance(given, list):
        return [_told(item) for item in given]
    if not isinstance(given, dict):
        return given
    below = {key: _told(value) for key, value in given.items()}
    kind = _KINDS.get(below.get("@type", ""))
    return kind(below) if kind and _first(below.get(_WRITTEN)) else below


def _whole_address(written: dict[str, Any]) -> dict[str, Any]:
    address, meta = _address(written)
    return address | _with_meta(meta)


def _address(written: dict[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    parts = parse_address(_first(written[_WRITTEN]))
    told = {key: value for key, value in (_places(parts) | _lot(parts)).items() if value}
    kept = {
        key: value
        for key, value in written.items()
        if key not in ("都道府県", "市区町村", "町名", "丁目", "番地", "号")
    }
    unknown = [{"@type": "文書型", "説明": _UNKNOWN[parts.unknown]}] if parts.unknown else []
    return kept | told, [*_history(parts), *unknown]


def _places(parts: AddressParts) -> dict[str, str]:
    if parts.unknown == "ambiguous":
        return {}
    former = parts.old_name and not parts.town
    name, code = (parts.old_name, parts.old_code) if former else (parts.municipality, parts.municipality_code)
    return {
        "都道府県": parts.prefecture,
        "都道府県コード": _area(_prefecture_code(parts.prefecture)),
        "市区町村": name,
        "市区町村コード": _area(code[:5]),
    }


def _lot(parts: AddressParts) -> dict[str, str]:
    if parts.unknown in ("place", "ambiguous", "municipality", "town"):
        return {}
    town = parts.town.removesuffix(f"{kanji_number(int(parts.chome))}丁目") if parts.chome else parts.town
    numbers = {} if parts.unknown else {"番地": parts.block, "号": parts.number}
    return {"町名": town, "丁目": parts.chome} | numbers


def _history(parts: AddressParts) -> list[dict[str, Any]]:
    """When a former name was in force and what it became; nothing where the town shows what it is today."""
    if not parts.old_name or parts.town:
        return []
    days = [
        {"@type": "日付型", "標準型日付": day, "種別": kind}
        for day, kind in ((parts.since, "施行"), (parts.until, "廃止"))
    ]
    meta: dict[str, Any] = {"@type": "文書型", "日付": days}
    whole = next(iter(parts.became), "")
    if whole != parts.old_code:
        meta["参照"] = {"@type": "参照型", "種別": "継承先市区町村コード", "参照先": _area(whole[:5])}
    return [meta]


def _date(written: dict[str, Any]) -> dict[str, Any]:
    if "標準型日付" in written:
        return written
    day = read_written_date(_first(written[_WRITTEN])).day
    if day:
        return written | {"標準型日付": day}
    before = written.get(_META, [])
    return written | _with_meta([*_as_list(before), {"@type": "文書型", "説明": "正規化できない日付表記です"}])


def _with_meta(meta: list[dict[str, Any]]) -> dict[str, Any]:
    return {_META: meta[0] if len(meta) == 1 else meta} if meta else {}


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _first(value: Any) -> str:
    first = next(iter(value), "") if isinstance(value, list) else value
    return first if isinstance(first, str) else ""


def _area(code: str) -> str:
    return _AREA + code if code else ""


def _prefecture_code(prefecture: str) -> str:
    return next((place.code[:2] + "000" for place in current() if place.prefecture == prefecture), "")


_KINDS: Final[dict[str, Callable[[dict[str, Any]], dict[str, Any]]]] = {"住所型": _whole_address, "日付型": _date}
