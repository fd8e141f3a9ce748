"""Reading pages and feeds of others: what they say of themselves, taken for a proposal only."""
