"""Evidence: proving and judging whole logs. A log, a stranger's file or an exhibit goes in; a report comes out.

`verify` checks a store of one's own, `foreign` a file from somebody else, `exhibits` makes and checks what is shown
in court, `tiles` writes a log as static files that other verifiers read. Imports `projections`, `log`, `transparency`
and what lies below; knows nothing of the store, whose verbs call it.
"""
