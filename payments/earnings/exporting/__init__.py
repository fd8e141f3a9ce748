"""A settled month as files: for accountants, for Flattr's old tools, and to be imported again."""
