"""Numbers to verdicts to text: the classifier, what goes together, and what is done with it."""
