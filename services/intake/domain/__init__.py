"""The rules of intake: pure functions, no I/O."""
