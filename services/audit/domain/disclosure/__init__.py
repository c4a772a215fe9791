"""What was done with one person's data, told from the records of bulk acts."""
