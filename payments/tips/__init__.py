"""Tips: gifts from a wallet to a creator, outside the budget, with or without a note."""
