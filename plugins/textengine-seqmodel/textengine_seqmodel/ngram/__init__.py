"""N-gram models: counted rather than trained, over plain numpy arrays of ids."""
