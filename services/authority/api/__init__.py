"""The HTTP face of authority, one module a resource."""
