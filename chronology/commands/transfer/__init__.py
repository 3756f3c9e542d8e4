"""Commands that bring files in and take files out."""
