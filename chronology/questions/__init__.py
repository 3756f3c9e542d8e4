"""Questions: what analysts ask beyond the state. Rows of projections go in; records that explain themselves come out.

`assertions` reads what was said, with what hides or withdrew it. `why` explains an answer, `history` tells it over all
of valid time, and `conflicts` lists who disagrees. Imports `projections` and what lies below; the store's reader calls
it.
"""
