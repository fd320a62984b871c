"""Training networks: what is set, the steps, what is kept, and what is shown of it."""
