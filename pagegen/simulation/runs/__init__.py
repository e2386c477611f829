"""
Running an experiment: a plan of small tasks, whose files lie in one folder, done by this process or several.

A task reads files and writes one, beside its name first; so a run that was killed goes on where it was, and what it
finds does not depend on how many workers there are.
"""
