"""What can be clicked, and the clicks. Nothing here asks about money."""
