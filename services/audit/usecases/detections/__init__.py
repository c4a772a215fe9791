"""Detections at work: score what came into the log, group what was odd, let people decide."""
