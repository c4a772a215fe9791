"""Stand-ins for the world outside: synthetic people and the registry that answers about them. Never deployed."""
