"""Drills: scenarios on synthetic data, with what must be found in them."""
