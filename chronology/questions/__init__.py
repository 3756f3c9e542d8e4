"""Questions: what analysts ask beyond the state. Rows of projections go in; records that explain themselves come out.

`assertions` reads all that was said of one attribute, and what hides or withdrew it; `why` explains an answer,
`history` tells it over all of valid time. Imports `projections` and the rooms below; the store's reader calls it.
"""
