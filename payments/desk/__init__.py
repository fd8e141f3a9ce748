"""The operator's desk: what the people who run the site see and do, and who of them may."""
