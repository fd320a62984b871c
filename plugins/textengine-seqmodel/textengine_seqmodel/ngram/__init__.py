"""N-gram models: counted rather than trained, over plain numpy arrays of ids."""

LONGEST = 32  # tokens in an n-gram; longer ones bring nothing, and a file that names more was not written here
