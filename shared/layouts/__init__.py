"""Record layouts as data, one reader and one writer for all of them."""

from shared.layouts.layout import (
    KIND_CODES,
    NAMES,
    CharacterClass,
    FieldSpec,
    Layout,
    RecordSpec,
    character_classes,
    kind_name,
    layout,
)
from shared.layouts.reader import FRAME_RECORDS, Reading, read
from shared.layouts.show import list_layouts, show_layout
from shared.layouts.writer import Writing, write

__all__ = [
    "FRAME_RECORDS",
    "KIND_CODES",
    "NAMES",
    "CharacterClass",
    "FieldSpec",
    "Layout",
    "Reading",
    "RecordSpec",
    "Writing",
    "character_classes",
    "kind_name",
    "layout",
    "list_layouts",
    "read",
    "show_layout",
    "write",
]
