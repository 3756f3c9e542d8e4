"""A log that several people share, kept in PostgreSQL; every member's store is a full replica of it.

Rows of the log go in and out, the very bytes that a store holds; the server is never believed. `postgres` is the shared
log, `addresses` remembers which one a store follows, `following` is a store that writes there first, `outbox` keeps
events for later, `pushing` appends them. Imports the store and what is below it.
"""
