"""Exporters: selected events go in, a file for another program comes out. One small module for each format.

`interface` is what an exporter is and gets, `registry` finds them, those of other packages too. `whole_log` loses
nothing; the others say what they lose. Imports `store` and the rooms below it; knows nothing of the command line.
"""
