"""Pages to look at in a browser: the review page, and what it shares with others."""
