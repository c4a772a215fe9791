"""What the fields of a request file are called."""

from functools import cache

from shared.layouts import layout


@cache
def field_names() -> dict[str, tuple[str, str]]:
    """Field -> its Japanese and its English name."""
    of_layout = {spec.name: (spec.ja, spec.en) for record in layout("pfa-request-1").records for spec in record.fields}
    return {"record_type": ("レコード種別", "record type")} | of_layout
