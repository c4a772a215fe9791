"""Rules about the code itself; each check has a known-bad sample that must make it fail."""
