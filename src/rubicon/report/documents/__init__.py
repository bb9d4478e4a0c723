"""Templates with fixed fields: one file here is one template, set as a page and as PDF from the same document.

`documents/NAME.py` declares `TITLE`, `ABOUT` (what it is about: ship, port, picture or case), `FIELDS` (key and title of each section, in
the order in which they stand), `subjects(source) -> Sequence[str]` (what it can be about in this case, the first by default) and
`make(source, plates, about) -> Document`. A field without anything to say stays and says so.
"""
