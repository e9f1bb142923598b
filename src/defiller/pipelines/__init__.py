"""Steps for other people's pipelines."""
