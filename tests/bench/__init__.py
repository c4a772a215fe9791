"""Benchmarks: they print figures beside a baseline of the same run and never fail a build."""
