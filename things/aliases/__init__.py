"""Several addresses of one thing: how it is found by any of them, moved, and merged."""
