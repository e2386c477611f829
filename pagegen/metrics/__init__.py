"""
Metrics, one a file, with formula and source. Training's gate and the simulator use the same ones.

`stored_pages.py` makes what they look at (`measurable.py`), `registry.py` reads their notation, `comparison.py` says
what differs between cells and how sure that is.
"""
