"""The wire, generated from `proto/pagegen/v1` by `python -m tools.proto`. Edit the protos, not these files."""
