"""Projections: stored, disposable read models, each a fold of the log. Rows of the log go in, rows to ask come out.

Made by `fold`, which takes events in order: `derive` says what each contributes, `assertion_changes` and
`state_changes` write it, `tables` holds the text of the tables. Asked through `assertion`, `state`, `references` and
`bookkeeping`, within `filters`; `long_history` reads no more of a busy attribute than a question needs. `rebuild`
makes all of them anew. `search_index` stands apart: it is brought up by whoever searches. SQL stands here and in
`log`, nowhere else.
"""
