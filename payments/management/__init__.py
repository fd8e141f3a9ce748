"""What the commands of payments share: how they refuse, answer and show progress."""
