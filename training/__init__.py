"""Labels -> a model, and how good it is."""
