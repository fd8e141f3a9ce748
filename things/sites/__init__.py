"""Whose a site is, and the sites where a reader's one click is enough."""
