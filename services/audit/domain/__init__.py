"""The rules of the log: canonical form, Merkle tree, tiles, notes, chains, verification. Pure functions."""
