"""text -> corpus: sources are cut into shards, shards are encoded and counted, and ids are written once."""
