"""Tokenizers: record to tokens; one component a file."""
