"""The services. None imports another; they meet in shared.events and over HTTP."""
