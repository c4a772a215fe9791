"""On which legal basis data may be provided: dated tables of the law, read and never decided here."""

from shared.legal.article19 import Basis, Item, Version, basis_of, is_valid, items, versions

__all__ = ["Basis", "Item", "Version", "basis_of", "is_valid", "items", "versions"]
