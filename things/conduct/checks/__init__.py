"""The check of what is submitted: an interface, a set of local rules, and Akismet."""
