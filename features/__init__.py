"""Article -> paragraphs -> numbers: reading, and the signals of padding."""
