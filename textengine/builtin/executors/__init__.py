"""Executors: how the work on shards is run; one component a file."""
