"""How much a feature moved a detector's score for one row."""

from typing import NamedTuple


class Contribution(NamedTuple):
    """A signed share of a score: positive towards malicious, in the model's own units.

    Gradient-boosted trees give log-odds (their own SHAP values), the random forest differences of
    probability along its decision paths. ``value`` is the feature as a person would read it, None
    when it was missing; ``usual`` the range of most normal rows, None where there is none;
    ``alike`` the share of normal rows with this value, None where a range tells more.
    """

    feature: str
    value: str | float | None
    contribution: float
    usual: tuple[float, float] | None = None
    alike: float | None = None


def strength(entry: Contribution) -> tuple[float, str]:
    """Return by what contributions are sorted, strongest first."""
    return -abs(entry.contribution), entry.feature
