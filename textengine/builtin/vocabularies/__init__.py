"""Vocabulary builders: counts to vocabulary; one component a file."""
