"""Adapters on tiny real files."""
