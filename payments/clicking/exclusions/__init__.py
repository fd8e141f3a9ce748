"""Clicks and things that staff leave out of the division of a month, with a reason."""
