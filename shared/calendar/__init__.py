"""Business days, cutoffs, retention periods, eras and the clock."""
