"""Metrics, one a file, with formula and source. Training's gate and the simulator use the same ones."""
