"""Sets of addresses and dates that others wrote: how many of their cases Shokai reads as they do."""
