"""Programs that make the data files of shared.people anew; nothing runs them where Shokai runs."""
