"""Records in the forms of other systems, by mappings that are data."""
