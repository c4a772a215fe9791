"""What evidence can state, one file a source; every *.toml beside this one is read."""
