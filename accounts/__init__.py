"""People: who they are, how they sign in, and what others see of them."""
