"""How each of the four items is judged: one file per item, each with the plain rule and the same rule over columns."""
