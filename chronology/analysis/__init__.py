"""A whole store as a folder of Parquet files, and answers over it with DuckDB: for what is too large to ask row by row.

A `Chronology` goes in, a folder comes out (`writing`); a folder goes in, tables come out (`folder`). Both packages are
optional. Imports `store` and the rooms below it; the answers need no store any more.
"""
