"""The rules of matching: pure functions over rows and columns."""
