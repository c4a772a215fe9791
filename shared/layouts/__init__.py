"""Record layouts as data, one reader and one writer for all of them.

These modules need nothing but the standard library; `shared.layouts.columns` reads and writes whole blocks as columns.
"""

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
from shared.layouts.reading import Reading

__all__ = [
    "KIND_CODES",
    "NAMES",
    "CharacterClass",
    "FieldSpec",
    "Layout",
    "Reading",
    "RecordSpec",
    "character_classes",
    "kind_name",
    "layout",
]
