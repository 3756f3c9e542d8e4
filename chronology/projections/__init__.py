"""Projections: stored, disposable read models, each a fold of the log. Rows of the log go in, rows to ask come out.

Made by `fold`, which takes events in order: `claim_rows` says what each contributes, `write_buffer` and
`segment_changes` write it, `names` numbers the names, `columns` declares what there is of a claim, and `tables` holds
the text of tables and views. Asked through `claims`, `references`, `name_index` and `bookkeeping`, within `filters`;
`shortcuts` answers without weighing every claim. `rebuild` remakes all of them. `search_index` is separate: each
search brings it up to date. SQL stands here, in `log` and in `questions`, nowhere else.
"""
