"""The shipped model, a model folder like any other."""
