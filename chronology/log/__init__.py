"""The log: one SQLite file and the append-only table in it. Input and output start here.

Rows go in and come out; what they mean is decided elsewhere. `database` opens the file and runs transactions,
`event_table` appends and reads, `redactions` says what is left of an erased event. Imports the rooms below it, because
two types of event concern the log itself.
"""
