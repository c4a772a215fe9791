"""The rules of `shared.people` over polars columns: module for module, `<rule>_column` for `<rule>`.

The plain modules need the standard library alone; the tests hold the two forms against each other on arbitrary text.
"""
