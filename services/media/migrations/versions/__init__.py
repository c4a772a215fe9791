"""Each version once, in order."""
