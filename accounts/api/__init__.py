"""What all resources of `/rest/v2` share, and those about people."""
