"""A stand-in for the inquiry system of J-LIS: answers inquiry files from a synthetic registry."""
