"""`shokai export` and `shokai import`: a data directory moves into the databases of the distributed mode."""
