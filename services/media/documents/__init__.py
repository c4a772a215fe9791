"""The papers: templates as data, printed to PDF/A."""
