"""What staff decide about things: suspending, restoring, hiding, and what was reported."""
