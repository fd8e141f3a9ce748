"""A creator's own pages: registering, changing, withdrawing and merging things; feeds."""
