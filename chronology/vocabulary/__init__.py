"""Vocabulary: event types as data. A JSON Schema goes in; what its events assert, refer to and lack comes out.

`event_types` reads one version of a type, `definitions` checks a new definition, `registry` holds all types of a log
and upcasts between their versions, `builtin` reads the types and the example that ship with the package. Imports
`events`, `dates` and `errors`; only `builtin` reads files, those of the package.
"""
