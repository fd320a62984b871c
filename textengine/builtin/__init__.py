"""The components that come with textengine: an ordinary plugin, registered through the public hooks."""
