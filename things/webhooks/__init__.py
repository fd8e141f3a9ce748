"""Telling partners what happens to their people's things: facts, and their way to the partner."""
