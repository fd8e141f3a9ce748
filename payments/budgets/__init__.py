"""What a subscriber means to give, and what they give in one period."""
