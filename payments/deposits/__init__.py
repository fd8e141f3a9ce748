"""Money in, a provider a file."""
