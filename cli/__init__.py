"""The `shokai` command and the host of the embedded mode."""
