"""Loaders: sources to records; one component a file."""
