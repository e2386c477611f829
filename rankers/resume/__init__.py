"""Resume: the chance that a member goes on with what he or she has begun, by logistic regression."""

from rankers.resume.model import Config, Resume, fit, load

__all__ = ["Config", "Resume", "fit", "load"]
