"""The tables of the detections."""
