"""Normalizers: record to record; one component a file."""
