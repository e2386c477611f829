"""Studies of candidates and rankers on past windows of a data folder: what pays, what it costs."""
