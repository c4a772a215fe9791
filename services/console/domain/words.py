"""The words of the pages for staff: one row a code, Japanese and English."""

from collections.abc import Mapping
from typing import Final

Words = Mapping[str, tuple[str, str]]

TEAMS: Final[Words] = {
    "clerk": ("業務部門", "clerk"),
    "operator": ("システム部門", "operator"),
    "supervisor": ("管理責任者", "supervisor"),
    "auditor": ("監査室", "auditor"),
    "ops": ("運用", "operations"),
    "admin": ("管理者", "administrator"),
}
PLACES: Final[Words] = {"office": ("執務室", "office"), "security_room": ("マイナンバー室", "security room")}


def in_words(table: Words, code: str) -> tuple[str, str]:
    """Japanese and English of a code; a code that has no row stands for itself."""
    return table.get(code, (code, code))
