"""The bulk door for clicks: a whole month from a folder, or nothing of it."""
