"""Mail to people: written down with the deed that it tells of, and sent afterwards, once."""
