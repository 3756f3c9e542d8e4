"""The store: what users open. Events and questions go in; recorded events, answers and reports come out.

`chronology` and `reader` are fronts that document the verbs. They hand one `session`, an open store, to the functions
of `writing`, `merging` and `analysis`, and to the groups `names`, `log_view`, `sources`, `proofs` and `sharing`.
`batch` takes events in, `merge_log` and `replicate` those of other logs, `query` checks what is asked, `migrations`
makes the tables. Imports every room below.
"""
