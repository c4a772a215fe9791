"""What is odd about accesses: declared rules, judged over records and over what is known about people and the room."""
