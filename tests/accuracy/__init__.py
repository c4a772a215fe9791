"""How rare false "found" and false "not found" are: a labelled population, corruptions, and three ways to compare.

The people, their lookalikes and what goes wrong in writing are told by this folder alone (docs/decisions/0035): it
calls the rules of matching and takes nothing from them.
"""
