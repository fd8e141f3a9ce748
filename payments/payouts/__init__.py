"""Money out: what a creator can be paid, to where, and the operator's batches of payments."""
