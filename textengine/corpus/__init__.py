"""The artifact: a committed directory of ids, record ends, vocabulary and manifest."""
