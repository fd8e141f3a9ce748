"""The commands of people: each calls one function."""
