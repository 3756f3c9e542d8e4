"""Commands that ask what held, and for the events behind it. They print; the store answers."""
