"""Unit tests of the sentinel."""
