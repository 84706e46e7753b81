"""Textures that other machines made: objects under a URL, in any store that fsspec knows.

`url` says what may be given and which packages a URL needs, without loading any; `store` is the objects through fsspec,
and what goes wrong there in our own words; `patience` is the time that a build may wait for them; `remote` looks up
ahead of the build and writes behind it. No texture depends on any of it: what does not come in time is made.
"""
