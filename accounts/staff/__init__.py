"""What the people who run the site do, and the log that nobody can change."""
