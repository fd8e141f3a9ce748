"""Partners, and the identifiers by which they name people who may not be here yet."""
