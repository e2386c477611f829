"""Benchmarks on public data: presets over `pagegen import` and `pagegen simulate`, and tables beside published rows."""
