"""Reads Swagger 2.0: the description becomes OpenAPI 3.0 while it is read, so that all later stages know one form.

`sections` moves the parts of the root before other files are bundled, and `upgrade` rewrites the rest afterwards. Both
note where each part came from, so that messages name the places of the Swagger description. No Python library does
this: the converters that are maintained are written in JavaScript, Java and C#.
"""
