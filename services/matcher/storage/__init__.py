"""The matcher's tables and the queries on them."""
