"""Projections: stored, disposable read models, each a fold of the log. Rows of the log go in, rows to ask come out.

Made by `fold`, which takes events in order: `derive` says what each contributes, `claim_changes` and
`segment_changes` write it, `names` numbers the names, `tables` holds the text of tables and views. Asked through
`claims`, `segments`, `references`, `likeness` and `bookkeeping`, within `filters`; `long_history` reads no more of a
busy attribute than a question needs. `rebuild` remakes all of them. `search_index` is separate: each search
brings it up to date. SQL stands here, in `log` and in `questions`, nowhere else.
"""
