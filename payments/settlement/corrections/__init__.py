"""Taking back what a month end gave, or another transfer: proposed by one person, done by two."""
