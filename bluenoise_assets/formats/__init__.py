"""File formats: what each holds, in `registry`, and a module each that writes and reads it. Imports `errors`, and numpy
in the codecs alone; knows nothing of specs, engines or the builder.

A file's bytes depend on the texels alone, not on any library's version. A reader takes other programs' files, too.
"""
