"""AIS messages as declared: layouts as tables of fields, and the code that reads any payload by them.

`fields` holds the kinds of field, `words` the vocabularies, `messages` the 27 message types, `binary` the
contents of types 6 and 8, `decode` the reading of a whole log.
"""
