"""Answers: the claims about one attribute go in, what held comes out. Pure: no I/O and no clock.

`resolve` answers for one instant and `segments` for all of valid time; `holding` is the answer as users get it. Imports
`events`, `dates` and `errors`.
"""
