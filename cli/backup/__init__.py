"""`shokai backup` and `shokai restore`: sealed snapshots of a data directory; the way back honours destruction."""
