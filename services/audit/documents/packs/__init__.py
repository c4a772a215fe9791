"""The sealed auditor pack: one file that proves itself on a computer that has nothing but Python."""
