"""Transparency: the public formats of proofs, RFC 9162 and C2SP. Bytes go in, bytes or a refusal come out.

`merkle` hashes and proves, `notes` signs and checks checkpoints, `proofs` reads and writes exhibits. Knows nothing
about events or files. Imports only `errors`; no I/O.
"""
