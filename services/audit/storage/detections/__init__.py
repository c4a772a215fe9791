"""What detections found, what they remember, and what people made of it."""
