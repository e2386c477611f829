"""The offline room: replays, experiments, and the simulated world whose truth can judge them."""
