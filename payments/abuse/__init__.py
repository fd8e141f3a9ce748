"""Abuse of the money: rules that mark and hold, and the decisions of staff."""
