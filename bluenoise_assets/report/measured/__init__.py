"""What any texture file is worth, ours or not: `reading` reads it, by `pictures`, `surfaces` (with `blocks`), `numbers`
and `exr_files`, and `slicing` tells its slices apart; `measurement` measures it, by `quality`, `histogram` and
`structure`; `summary` adds the diagnosis; `references` is noise of known making. `measured.md` defines the figures.
"""
