"""Dates: an EDTF text goes in, bounds on a line of seconds and a sentence that explains them come out.

`edtf` is the door: it parses a text and answers what can be said from the text alone. `periods` reads one date,
`readings` holds what an expression says, `calendar` counts days and seconds; `suggestions` says what a refused
text may mean. Imports `errors` only; no clock, no I/O.
"""
