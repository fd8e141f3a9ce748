"""Whether the site lives, and whether it can work: for load balancers, supervisors and people."""
