"""Evidence: proving and judging whole logs. A log, a stranger's file or an exhibit goes in; a report comes out.

`verify` checks your own store, `soundness` a log or file from somebody else. `exhibits` makes and checks exhibits,
`tiles` writes a log as static files that other verifiers read. Imports `projections` and the rooms below it; knows
nothing of the store, which calls it.
"""
