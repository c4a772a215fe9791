"""The room log: what the door system wrote, who was inside as far as it can be known, and what does not fit."""
