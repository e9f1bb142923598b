"""The review page: an article with its verdicts, to look at in a browser."""
