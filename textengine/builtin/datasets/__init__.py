"""Data sets: named texts; one component a file."""
