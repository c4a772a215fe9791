"""Optical discs and the encrypted files on them: written and read as streams, nothing clear on disk."""
