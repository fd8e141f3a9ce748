"""The one door through which a click comes in."""
