"""Statements to keep: months and years as CSV, JSON and PDF, exact to the micro."""
