"""Dates: an EDTF text goes in, bounds on a line of seconds and a sentence that explains them come out.

Start with `edtf`: it parses a text and answers what the text alone can tell. `periods` reads one date,
`readings` holds what an expression says, `calendar` counts days and seconds; `suggestions` says what a refused
text may mean. Imports `errors` only; no clock, no I/O.
"""
