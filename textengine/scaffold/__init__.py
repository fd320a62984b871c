"""Projects of plugins, written from templates: ``textengine plugins new``."""
