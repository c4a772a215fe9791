"""The walk of an outside client: it knows the files and the interfaces, and nothing of the code."""
