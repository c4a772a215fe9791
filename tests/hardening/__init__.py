"""Bad input and attack, against a whole embedded system in this process."""
