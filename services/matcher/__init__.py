"""The matcher: J-LIS batches, matching, reviews, the inquiry-number ledger, replies."""
