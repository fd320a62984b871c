"""The plugin system: what plugins may provide, how they are found and isolated, and how names are looked up."""
