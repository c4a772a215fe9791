"""The monthly analysis of accesses: what is counted, and how."""
