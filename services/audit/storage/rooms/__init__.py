"""The room log, the checks made with it, and who is on the roster."""
