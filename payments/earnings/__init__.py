"""What creators see of the months: reports and exports."""
