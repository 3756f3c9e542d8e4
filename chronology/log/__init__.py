"""The log: one SQLite file and the append-only table in it. Input and output start here.

Rows go in and come out; what they mean is for others to say. `database` opens the file and runs transactions,
`event_table` appends and reads, `redactions` says what is left of an erased event. Imports what lies below it, for
the two types of event that concern the log itself.
"""
