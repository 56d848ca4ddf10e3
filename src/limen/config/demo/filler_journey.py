"""One invented patient on their way: who they are, what is known of them, and the steps still to come."""

import random
import uuid
from datetime import date, datetime, timedelta

from limen.apps.accounts.models import User
from limen.apps.accounts.selectors import actor_for
from limen.apps.patients.models import Episode, Patient
from limen.apps.patients.selectors import current_episode
from limen.apps.records import clock
from limen.apps.records.actor import Actor
from limen.config.demo.filler_cast import Story
from limen.config.demo.filler_diary import Diary, Step, local_day, wall
from limen.config.demo.filler_names import SUPPORTERS
from limen.config.demo.filler_scores import Trajectory
from limen.config.demo.filler_site import Clinic

PRONOUNS = ("she/her", "he/him", "they/them", "")
BASELINE_PHQ9, BASELINE_GAD7 = (15, 23), (9, 18)
NINTH_SHARE = 6  # one in so many answers the last PHQ-9 question above zero at the start


class Journey:
    """A story being told. Everything drawn by chance comes from the seed and the name."""

    def __init__(self, story: Story, clinic: Clinic, seed: int, number: int):
        self.story, self.clinic = story, clinic
        self.rng = random.Random(f"{seed}:{story.name}")  # noqa: S311
        self.diary = Diary(clinic.now)
        self.today = local_day(clinic.now, clinic.zone)
        self.birth_date = date(1950, 1, 1) + timedelta(days=self.rng.randrange(18_000))
        self.pronouns = self.rng.choice(PRONOUNS)
        self.phone = f"555-{100 + number % 100:04d}"
        self.sitter_name = self.rng.choice(SUPPORTERS)
        self.weight_kg = 52 + self.rng.randrange(480) / 10
        self.systolic = 138 if story.is_("high-pressure") else self.rng.randrange(108, 136)
        self.diastolic = self.systolic - self.rng.randrange(38, 50)
        self.ninth = int(self.rng.randrange(NINTH_SHARE) == 0)
        self.phq_9 = Trajectory(story.course, self.rng.randint(*BASELINE_PHQ9), 8, self.rng)
        self.gad_7 = Trajectory(story.course, self.rng.randint(*BASELINE_GAD7), 7, self.rng)
        self.patient: Patient | None = None
        self.invitation_token = ""
        self._patient_actor: Actor | None = None

    @property
    def given_name(self) -> str:
        words = self.story.name.split(" ")
        return " ".join(words[:-1])

    @property
    def family_name(self) -> str:
        return self.story.name.split(" ")[-1]

    @property
    def person(self) -> Patient:
        assert self.patient is not None, f"{self.story.name} has no record yet"
        return self.patient

    @property
    def episode(self) -> Episode:
        episode = current_episode(self.person)
        assert episode is not None
        return episode

    @property
    def age_years(self) -> int:
        born = self.birth_date
        return self.today.year - born.year - ((self.today.month, self.today.day) < (born.month, born.day))

    @property
    def can_be_pregnant(self) -> bool:
        return self.pronouns == "she/her" and self.birth_date.year > 1975

    def actor(self, role: str) -> Actor:
        return self.clinic.actor(role)

    @property
    def own(self) -> Actor:
        """The patient as the acting person."""
        if self._patient_actor is None:
            user = User.objects.get(pk=self.person.user_id)
            self._patient_actor = actor_for(user, authentications=[{"method": "demo"}], site_id=None)
        return self._patient_actor

    def refresh(self) -> None:
        """What other steps and services saved about the patient since."""
        if self.patient is not None:
            self.patient = Patient.objects.get(pk=self.patient.pk)
            self.patient.site = self.clinic.site

    def uid(self) -> uuid.UUID:
        return uuid.UUID(int=self.rng.getrandbits(128), version=4)

    def on(self, day: date, at: str, step: Step) -> None:
        """Do this on a day at a wall time of the site."""
        self.diary.add(wall(day, at, self.clinic.zone), step)

    def at(self, moment: datetime, step: Step) -> None:
        self.diary.add(moment, step)

    def later(self, minutes: float, step: Step) -> None:
        """Do this so many minutes after the step that is being done now."""
        self.diary.add(clock.now() + timedelta(minutes=minutes), step)

    def tell(self) -> None:
        self.diary.run(self.refresh)
