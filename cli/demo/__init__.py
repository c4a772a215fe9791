"""`shokai demo`: two cycles of the association's work on synthetic people, through the same entrances as everybody."""
