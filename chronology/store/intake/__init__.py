"""What comes into a store from another log: a transcript, a log to merge, the rows of a shared log."""
