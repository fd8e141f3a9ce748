"""Template filters of things and periods."""
