"""Lists of things for everybody: the catalogue, a creator's page, and feeds of both."""
