"""Small shared statistics: intervals for one proportion, two proportions and a mean.

SciPy is imported inside the one function that needs Student's t, so a page that only scores a questionnaire never
loads it.
"""

from limen.clinical.statistics.means import MeanEstimate, mean_interval
from limen.clinical.statistics.proportions import Difference, Interval, newcombe_difference, wilson_interval

__all__ = [
    "Difference",
    "Interval",
    "MeanEstimate",
    "mean_interval",
    "newcombe_difference",
    "wilson_interval",
]
