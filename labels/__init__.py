"""The vocabulary of labels and the labelled data: kinds, formats, checks, corpus."""
