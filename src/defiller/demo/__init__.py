"""Three padded articles of our own, and how they look without their padding."""
