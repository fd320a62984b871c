"""Commands, one file each. They import click; what does the work is imported when they run."""
