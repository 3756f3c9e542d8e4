"""Questions: what analysts ask beyond the state. Rows of projections go in; records that explain themselves come out.

`assertions` reads all that was said of one attribute, with what hides or withdrew it; `why` explains an answer,
`history` tells it over all of valid time; `scope` reads the live assertions of many, and `support` counts who stands
behind each answer. Imports `projections` and what lies below; the store's reader calls it.
"""
