"""The pages on which people pay by card."""
