"""The report page: one HTML file that answers the questions of a store without the store.

A store goes in, as its public verbs give it, with what is to be left out; a page comes out, or is served live to this
machine. `selection` chooses and leaves out, `contents` gathers, `page` writes, `server` serves. What the page does in a
browser is in `assets`: plain scripts and styles, which go into the page unchanged. Imports the store and the rooms
below it.
"""
