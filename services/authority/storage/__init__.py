"""The tables of authority and the queries on them."""
