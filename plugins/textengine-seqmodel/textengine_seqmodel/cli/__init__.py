"""The commands of this plugin: the only place here that prints. Each imports what it needs when it runs."""
