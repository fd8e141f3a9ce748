"""Bank transfers: what the payer is told, and the bank's statements that say what came."""
