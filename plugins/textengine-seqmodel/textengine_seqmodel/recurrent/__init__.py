"""Recurrent networks as plain torch modules."""
