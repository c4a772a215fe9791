"""Passkeys (Web Authentication): added by whoever is signed in, used to sign in, ended."""
