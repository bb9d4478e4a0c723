"""Further sections of the page: one file here and one template make one section.

`sections/NAME.py` declares `ORDER` (where it stands, see `rubicon.report.page`), `TITLE` (its line in the contents)
and `rows(source) -> Any`: what its template lays out, nothing when the case has nothing to say. The template is
`templates/sections/NAME.html.j2`; it finds those rows as `rows`, the anchor as `anchor`, and every name of the page
(`case`, `links`, `fold`, `figure`, `LONG`).
"""
