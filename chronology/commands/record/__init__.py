"""Commands that record what sources say, and correct it."""
