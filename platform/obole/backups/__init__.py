"""Backups that were tried, and the way back from them."""
