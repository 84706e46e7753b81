"""Vector-valued noise (`vectors.md`): texels that hold points of a square, of a cube, or directions.

`optimize.py` runs it: `descent.py` moves vectors freely, `assignment.py` makes points of a fixed set of them,
`exchange.py` improves that. May import `noise.runtime`, `quality` and `spec`.
"""
