"""Questions: what analysts ask beyond the state. Rows of projections go in; records that explain themselves come out.

`assertions` reads all that was said of one attribute, with what hides or withdrew it, and `scope` reads the live
assertions of many. `why` explains an answer, `history` tells it over all of valid time, `support` counts who stands
behind it, and `conflicts` lists who disagrees. Imports `projections` and what lies below; the store's reader calls it.
"""
