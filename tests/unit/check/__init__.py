"""The check at the desk beside the check over columns."""
