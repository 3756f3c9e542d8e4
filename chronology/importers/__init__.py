"""Importers: other people's files. A file and a mapping go in; events come out, and a store follows the file.

`delimited`, `spreadsheets` and `json_files` read rows and know nothing of events; `mappings` says which column means
what, `statements` makes events of a row by it, and `synchronising` compares them with what the store holds. `registry`
finds importers, those of others too, by the entry points `chronology.importers`. Imports `store`, on its public verbs,
and every room below.
"""
