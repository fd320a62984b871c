"""The tutorial plugin for textengine."""
