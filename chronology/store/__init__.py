"""The store: what users open. Events and questions go in; recorded events, answers and reports come out.

`chronology` is the object that writes and proves, `reader` the part of it that only asks. `batch` takes events in,
`redaction` erases one, `query` chooses how to answer, `migrations` makes the tables. Imports every room below.
"""
