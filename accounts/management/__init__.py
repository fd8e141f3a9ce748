"""What a host does by hand for people."""
