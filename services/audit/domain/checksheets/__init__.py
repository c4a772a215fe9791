"""The quarterly checksheet: its items, its sign-offs, and the evidence that argues with the answers."""
