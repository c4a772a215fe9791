"""The tables of the media service and the queries on them."""
