"""Layouts as tables that a person can read."""

import io

from rich.console import Console
from rich.table import Table

from shared.layouts.layout import NAMES, FieldSpec, Layout, RecordSpec, character_classes, layout


def list_layouts() -> str:
    """One line a layout."""
    table = Table("name", "名称", "meaning", "charset", "records")
    for name in NAMES:
        each = layout(name)
        table.add_row(
            name, each.ja, each.en, ", ".join(each.charsets), ", ".join(dict.fromkeys(r.name for r in each.records))
        )
    return _text(table)


def show_layout(name: str) -> str:
    """Every record type with its fields in order, then the code tables. Refusal `unknown-layout`."""
    shown = layout(name)
    newline = "CRLF" if shown.newline == "\r\n" else "LF"
    charsets = ", ".join(shown.charsets)
    head = f"{shown.name}  {shown.ja} / {shown.en}\ncharset: {charsets}; lines end in {newline}; comma-separated\n"
    tables = [_text(_record_table(each)) for each in shown.records]
    return "\n".join([head, *tables, _text(_code_table(shown))])


def _record_table(record: RecordSpec) -> Table:
    kinds = f" (kind {', '.join(record.kinds)})" if record.kinds else ""
    table = Table(
        "#", "field", "項目", "required", "content", "length", title=f"{record.name}{kinds}", title_justify="left"
    )
    table.add_row("1", "record_type", "レコード種別", "yes", f"`{record.type}`", "")
    for at, each in enumerate(record.fields, start=2):
        table.add_row(str(at), each.name, each.ja, "yes" if each.required else "", _content(each), _length(each))
    return table


def _content(spec: FieldSpec) -> str:
    parts = []
    if spec.characters:
        parts.append(character_classes()[spec.characters].en)
    if spec.codes:
        parts.append(f"code: {spec.codes}")
    if spec.date:
        parts.append("YYYYMMDD, or era code + YYMMDD" if spec.date == "birth" else "YYYYMMDD")
    if spec.parts:
        parts.append("family, one blank, given")
    if spec.total:
        parts.append("SHA-256 of what stands before" if spec.total == "sha256" else f"number of {spec.total} records")
    return "; ".join(parts)


def _length(spec: FieldSpec) -> str:
    if spec.exact_chars:
        return f"{spec.exact_chars}"
    if spec.max_bytes:
        return f"<= {spec.max_bytes} bytes"
    return f"<= {spec.max_chars}" if spec.max_chars else ""


def _code_table(shown: Layout) -> Table:
    table = Table("table", "code", "意味", "meaning", title="codes", title_justify="left")
    for name, codes in shown.code_tables.items():
        for code, meaning in codes.items():
            table.add_row(name, code, meaning["ja"], meaning["en"])
    return table


def _text(table: Table) -> str:
    out = io.StringIO()
    Console(file=out, width=140, color_system=None).print(table)
    return out.getvalue()
