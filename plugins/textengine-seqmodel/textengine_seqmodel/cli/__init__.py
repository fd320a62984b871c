"""The commands, one file each: the only place here that prints. Each imports what does the work when it runs."""
