"""Commands that check a store, and make and judge evidence."""
