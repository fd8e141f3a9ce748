"""What is kept about people: told, handed out, and let go of."""
