"""A year of ordinary work with planted misuse: what the detections find of it, and what they say for nothing."""
