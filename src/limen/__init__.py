"""Limen runs a ketamine-assisted-therapy programme end to end."""

__version__ = "0.1.0"
