"""Numbered statements of earnings for a creator's accountant, as PDF."""
