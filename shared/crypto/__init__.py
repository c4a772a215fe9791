"""Keys and what is done with them: keyring, field cipher, blind index, signatures, destruction."""
