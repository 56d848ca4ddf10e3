"""Invented courses of scores: where a person is heading, a little chance on the way, and answers that add up."""

import random
from dataclasses import dataclass
from itertools import pairwise

# Course -> (days since the first dose, share of the baseline). Invented for the demo; no source, no prediction.
COURSES: dict[str, tuple[tuple[int, float], ...]] = {
    "remitter": ((0, 1.0), (8, 0.55), (28, 0.15), (70, 0.12), (400, 0.14)),
    "responder": ((0, 1.0), (8, 0.66), (28, 0.42), (70, 0.36), (400, 0.38)),
    "partial": ((0, 1.0), (8, 0.82), (28, 0.68), (70, 0.64), (400, 0.66)),
    "none": ((0, 1.0), (28, 0.94), (70, 0.92), (400, 0.92)),
    "worse": ((0, 1.0), (28, 1.08), (70, 1.2), (400, 1.2)),
    "relapse": ((0, 1.0), (8, 0.5), (28, 0.26), (56, 0.3), (84, 0.66), (112, 0.96), (400, 1.0)),
}
HIGHEST_ANSWER = 3
KEPT_CHANCE = 0.6  # how much of one visit's chance carries over to the next
SPREAD_POINTS = 1.3


@dataclass
class Trajectory:
    """One person's totals of one form over time. `items` answers count; the safety item is answered apart."""

    course: str
    baseline: int
    items: int
    rng: random.Random
    chance: float = 0.0

    def total(self, days: int) -> int:
        """The total `days` after the first dose; before it, the baseline."""
        if days <= 0:
            return self.baseline
        self.chance = KEPT_CHANCE * self.chance + self.rng.gauss(0, SPREAD_POINTS)
        aim = round(self.baseline * share(self.course, days) + self.chance)
        return max(0, min(aim, self.items * HIGHEST_ANSWER))


def share(course: str, days: int) -> float:
    """The share of the baseline a course has reached, on a straight line between its points."""
    points = COURSES[course]
    for (day, value), (next_day, next_value) in pairwise(points):
        if day <= days <= next_day:
            return value + (next_value - value) * (days - day) / (next_day - day)
    return points[-1][1]


def spread(total: int, items: int, rng: random.Random) -> list[int]:
    """Answers of 0 to 3 for `items` questions that add up to `total`."""
    answers = [0] * items
    for _ in range(total):
        answers[rng.choice([i for i, value in enumerate(answers) if value < HIGHEST_ANSWER])] += 1
    return answers


def phq_9(total: int, rng: random.Random, *, ninth: int = 0) -> dict[str, int | None]:
    """PHQ-9 answers that add up to `total`, the last of the nine being `ninth`."""
    eight = spread(min(total, 8 * HIGHEST_ANSWER + ninth) - ninth, 8, rng)
    answers: dict[str, int | None] = {f"q{i}": value for i, value in enumerate([*eight, ninth], start=1)}
    answers["difficulty"] = min(HIGHEST_ANSWER, total // 7)
    return answers


def gad_7(total: int, rng: random.Random) -> dict[str, int | None]:
    return {f"q{i}": value for i, value in enumerate(spread(total, 7, rng), start=1)}
