"""The log before its witnesses."""
