"""The writer that is never trained on."""
