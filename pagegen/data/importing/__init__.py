"""Import: other people's files become a data folder. Every row is either kept or rejected by name; none vanishes."""
