"""The encrypted blob store: bulk data at rest, one data key a blob, destroyed key first."""
