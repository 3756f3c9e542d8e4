"""Importers: other people's files. A file and a mapping go in; events come out, and a store follows the file.

`delimited`, `spreadsheets` and `json_files` read rows and know nothing of events; `mappings` says which column means
what, `row_events` makes events of a row by it, `existing_rows` compares them with what the store holds, and
`import_run` does so for a whole file. `registry` finds importers, those of others too, by the entry points
`chronology.importers`. Imports `store`, on its public verbs, and every room below.
"""
