"""Authority with real keys, a real database and real tokens."""
