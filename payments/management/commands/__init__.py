"""The commands of payments: each parses, calls one function, and presents."""
