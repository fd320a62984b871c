"""The models of this distribution as their options: light classes, whose call makes the model itself."""
