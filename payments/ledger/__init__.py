"""Accounts and transfers: where money is, and how it got there."""
