"""layouts.md: the files that cross our border."""

from scripts.pages.markdown import code, page, table
from shared.layouts import NAMES, layout
from shared.layouts.layout import FieldSpec, Layout, RecordSpec, character_classes


def layouts_page() -> str:
    """Every layout with its records, fields and code tables."""
    intro = (
        "Each file is declared once, as data (`shared/layouts/data/`); reader, writer, checks and this page follow\n"
        "from it. The association's real layout takes the place of ours without a change of code."
    )
    return page("Record layouts", intro, *(_layout(layout(name)) for name in NAMES), _characters())


def _layout(shown: Layout) -> str:
    newline = "CRLF" if shown.newline == "\r\n" else "LF"
    head = f"## {shown.name}\n\n{shown.ja} / {shown.en}. Charset {', '.join(shown.charsets)}; lines end in {newline}."
    parts = [head, *(_record(record) for record in shown.records)]
    if shown.code_tables:
        rows = [
            (name, code(value), meaning["ja"], meaning["en"])
            for name, values in shown.code_tables.items()
            for value, meaning in values.items()
        ]
        parts.append("### codes\n\n" + table(("table", "code", "意味", "meaning"), rows))
    return "\n\n".join(parts)


def _record(record: RecordSpec) -> str:
    kinds = f" (kind {', '.join(record.kinds)})" if record.kinds else ""
    rows: list[tuple[object, ...]] = [(1, "`record_type`", "レコード種別", "", "yes", f"always {code(record.type)}")]
    rows += [
        (at, code(each.name), each.ja, each.en, "yes" if each.required else "", _content(each))
        for at, each in enumerate(record.fields, start=2)
    ]
    return f"### {record.name}{kinds}\n\n" + table(("no.", "field", "項目", "meaning", "required", "content"), rows)


def _content(spec: FieldSpec) -> str:
    parts = [
        character_classes()[spec.characters].en if spec.characters else "",
        f"code: {spec.codes}" if spec.codes else "",
        f"date: {spec.date}" if spec.date else "",
        "family name, one blank, given name" if spec.parts else "",
        f"total: {spec.total}" if spec.total else "",
        f"exactly {spec.exact_chars} characters" if spec.exact_chars else "",
        f"at most {spec.max_chars} characters" if spec.max_chars else "",
        f"at most {spec.max_bytes} bytes" if spec.max_bytes else "",
    ]
    return "; ".join(part for part in parts if part)


def _characters() -> str:
    rows = [(each.name, each.ja, each.en) for each in character_classes().values()]
    return "## character classes\n\n" + table(("name", "字種", "meaning"), rows)
