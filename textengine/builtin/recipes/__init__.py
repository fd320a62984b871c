"""Recipes: named ways from record to ids, one TOML file each."""
