"""The web pages. Keeps no business data; reads the other services' APIs like everyone else."""
