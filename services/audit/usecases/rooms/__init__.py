"""The room log is taken in and held against the acts in the room; the roster is kept up."""
