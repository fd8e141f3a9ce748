"""Feeds whose new entries become things of a creator."""
