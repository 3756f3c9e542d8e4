"""Commands that keep a store: making one, replaying its log, completing what is typed."""
