"""Commands that share a log: a server that members follow, and logs that are merged."""
