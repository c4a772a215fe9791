"""What is done with checksheets, findings and regulations."""
