"""Events: what a client submits, the one byte form in which it is stored, and what can be wrong with it.

A client's event or JSON goes in; a checked record or its canonical bytes come out. `records` holds the records,
`structuring` builds one from JSON, `canonical` writes and reads its bytes, `faults` judges its form, `patterns` says
how names, days and grades are written, `json_values` freezes and thaws payloads. Imports `dates` and `errors`; no I/O.
"""
