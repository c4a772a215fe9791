"""What people and events do with incidents."""
