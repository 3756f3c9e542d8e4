"""Projections: stored, disposable read models, each a fold of the log."""
