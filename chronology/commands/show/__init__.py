"""Commands that show a store to others: the report page."""
