"""Make, show and print the monthly analysis of accesses."""
