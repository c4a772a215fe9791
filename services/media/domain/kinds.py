"""What may travel together: individual numbers never share a disc, envelope or password with other replies."""

from typing import Final, Literal

Kind = Literal["provisional", "main", "my_number", "deletion"]
Group = Literal["general", "my_number"]

KIND_WORDS: Final[dict[str, tuple[str, str]]] = {
    "provisional": ("仮照会", "Provisional inquiry"),
    "main": ("本照会", "Main inquiry"),
    "my_number": ("本照会(個人番号確認)", "Main inquiry with individual numbers"),
    "deletion": ("照会番号削除依頼", "Deletion of inquiry numbers"),
}


def group_of(kind: str) -> Group:
    """The kind group that a reply of this kind is packed with."""
    return "my_number" if kind == "my_number" else "general"


def words_of(kinds: list[str]) -> str:
    """The Japanese names of kinds, in their usual order."""
    return "・".join(ja for kind, (ja, _) in KIND_WORDS.items() if kind in kinds)
