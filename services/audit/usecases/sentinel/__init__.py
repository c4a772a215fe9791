"""What the sentinel saw, and the masking of individual numbers that it bears witness to."""
