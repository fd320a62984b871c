"""Recipes: how a record becomes ids, as data; their validation, their identity, and the pipeline they describe."""
