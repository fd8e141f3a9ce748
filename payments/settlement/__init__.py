"""The month end: divides the budgets, credits the creators, proves it."""
