"""The check as a plan gets it: a package, a single file, a page."""
