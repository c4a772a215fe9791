"""What the pages show, computed from what the services answered. Pure."""
