"""Counts as horizontal bars in SVG: length and figure say the count; letter and hatching say what colour says too."""

from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

WIDTH: Final = 480
ROW: Final = 46
_BAR: Final = 390
_HATCH: Final = (
    '<defs><pattern id="check-hatch" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="8" height="8" fill="#e69f00"/><rect width="3" height="8" fill="#7a5300"/></pattern></defs>'
)
_FILLS: Final = {"F": "#1a1a1a", "R": "#0072b2", "W": "url(#check-hatch)"}


def bars(counts: Sequence[tuple[str, str, int]]) -> str:
    """(code, meaning, count), longest first."""
    height = ROW * len(counts)
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img"><title>コードごとの件数</title>{_HATCH}'
        f"{''.join(_rows(counts))}</svg>\n"
    )


def _rows(counts: Sequence[tuple[str, str, int]]) -> Iterator[str]:
    most = max(count for _, _, count in counts)
    for at, (code, meaning, count) in enumerate(counts):
        top = at * ROW
        length = max(3, round(_BAR * count / most))
        yield (
            f'<text x="0" y="{top + 15}">{code} {escape(meaning)}</text>'
            f'<rect x="0" y="{top + 21}" width="{length}" height="16" fill="{_FILLS[code[0]]}"/>'
            f'<text x="{length + 8}" y="{top + 35}">{count:,}</text>'
        )
