"""Makes what leaves the house: sealed replies and disc images, as streams, read back before they count."""
