"""What Prometheus and the operator's desk are told: from each process, and from the database."""
