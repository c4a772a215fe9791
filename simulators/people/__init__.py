"""Synthetic people: a registry with histories, and the files that plans would send about its members."""
