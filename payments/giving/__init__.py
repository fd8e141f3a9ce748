"""What a subscriber sees of a period: the budget, the clicks, and what each was worth."""
