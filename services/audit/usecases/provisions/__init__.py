"""The register of provisions: what was provided to whom, on which basis."""
