"""What can be wrong with keys and ciphertexts. No message ever holds a key, a password or a plain value."""


class CryptoError(Exception):
    """Something that must not be read, or cannot be."""


class KeyringDamaged(CryptoError):
    """The keyring file was altered, cut off, or belongs to another root key."""


class WrongPassphrase(CryptoError):
    """The passphrase does not open this keyring, or one is needed and none was given."""


class KeyUnknown(CryptoError):
    """No key has this name, purpose and version."""


class KeyDestroyed(KeyUnknown):
    """The key was destroyed; what it protected cannot be read by anyone."""


class CipherDamaged(CryptoError):
    """A ciphertext was altered, moved to another place, or made under another key."""
