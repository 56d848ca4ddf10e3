"""The five classes of table, and the rows that every app writes: audit, versions, signatures, timeline, outbox.

Every model names its class in `table_class`: "fact", "record", "pin", "working" or "patient-owned".
"""

from django.conf import settings
from django.db import models
from django.db.models import F
from django_scopes import ScopedManager

from limen.apps.records import clock
from limen.apps.records.acts import canonical_json, current_act, digest
from limen.apps.records.errors import AppendOnlyError, StaleRecord
from limen.apps.records.fields import EncryptedTextField
from limen.apps.records.ids import uuid7

BOOKKEEPING = {"id", "uid", "version", "recorded_at", "recorded_by", "created_at", "updated_at", "signature"}


def content_of(instance: models.Model) -> dict:
    """The meaning of a row: every column but its bookkeeping, by name."""
    return {
        field.name: getattr(instance, field.attname)
        for field in instance._meta.concrete_fields
        if field.name not in BOOKKEEPING
    }


class FactQuerySet(models.QuerySet):
    def update(self, **values):
        raise AppendOnlyError(f"{self.model.__name__} is append-only: add a correcting row instead")

    def delete(self):
        raise AppendOnlyError(f"{self.model.__name__} is append-only: void it with a superseding row")

    def current(self):
        """Rows that no later row corrects and that are not themselves a void."""
        return self.filter(superseded_by__isnull=True, is_void=False)


class PatientDataMixin(models.QuerySet):
    def visible_to(self, actor):
        """The rows this actor may see: own rows for a patient, the active site's rows for staff."""
        if actor.is_patient_actor and actor.patient_id:
            return self.filter(**{self.model.patient_path: actor.patient_id})
        if actor.is_staff_actor and actor.site_id and actor.roles:
            return self.filter(site_id=actor.site_id)
        return self.none()


class PatientFactQuerySet(PatientDataMixin, FactQuerySet):
    pass


class RecordQuerySet(models.QuerySet):
    def update(self, **values):
        raise AppendOnlyError("Records are saved one by one, so that each version is kept")

    def delete(self):
        raise AppendOnlyError("Records are not deleted: end, cancel or void them")


class PatientRecordQuerySet(PatientDataMixin, RecordQuerySet):
    pass


def scoped(queryset_class):
    """A manager that raises unless a site scope is active, and filters by it."""
    return ScopedManager(site="site", _manager_class=models.Manager.from_queryset(queryset_class))


class AppendOnly(models.Model):
    """A row that is only ever inserted; a database trigger refuses the rest."""

    table_class = "fact"
    uid = models.UUIDField(unique=True, default=uuid7, editable=False)

    class Meta:
        abstract = True


class Fact(AppendOnly):
    """Something that was observed, said or done. A correction is a new row that supersedes."""

    recorded_at = models.DateTimeField(default=clock.now, editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    supersedes = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="superseded_by", editable=False
    )
    correction_reason = EncryptedTextField(blank=True, default="")
    is_void = models.BooleanField(default=False, editable=False)

    objects = models.Manager.from_queryset(FactQuerySet)()

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        running = current_act()
        if not self._state.adding:
            raise AppendOnlyError(f"{type(self).__name__} is append-only: add a correcting row instead")
        if self.recorded_by_id is None:  # type: ignore[has-type]
            self.recorded_by_id = running.actor.user_id
        super().save(*args, force_insert=True, **{k: v for k, v in kwargs.items() if k != "force_insert"})
        running.note(table=self._meta.db_table, uid=self.uid, version=1, sha256=digest(content_of(self)))

    def delete(self, *args, **kwargs):
        raise AppendOnlyError(f"{type(self).__name__} is append-only: void it with a superseding row")


class Record(models.Model):
    """An editable row whose every version is kept; a save against an old version raises StaleRecord."""

    table_class = "record"
    unversioned_fields: frozenset[str] = frozenset()

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    version = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)

    objects = models.Manager.from_queryset(RecordQuerySet)()

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        update_fields = kwargs.get("update_fields")
        running = current_act()
        if update_fields is not None and set(update_fields) <= self.unversioned_fields:
            return super().save(*args, **kwargs)
        kwargs.pop("update_fields", None)
        self.updated_at = clock.now()
        if self._state.adding:
            self.version = 1
        else:
            self._claim_version()
            kwargs["force_update"] = True
        super().save(*args, **kwargs)
        self._keep_version(running)

    def _claim_version(self):
        rows = models.QuerySet(type(self)).filter(pk=self.pk)
        if not rows.filter(version=self.version).update(version=F("version") + 1):
            raise StaleRecord(rows.first())
        self.version += 1

    def _keep_version(self, running):
        content = content_of(self)
        sha256 = digest(content)
        RecordVersion(
            table=self._meta.db_table,
            record_uid=self.uid,
            version=self.version,
            content=canonical_json(content),
            sha256=sha256,
            author_uid=running.actor.user_uid,
            author_name=running.actor.display_name,
            at=self.updated_at,
            reason=running.reason,
        ).save()
        running.note(table=self._meta.db_table, uid=self.uid, version=self.version, sha256=sha256)

    def delete(self, *args, **kwargs):
        raise AppendOnlyError("Records are not deleted: end, cancel or void them")


class SiteFact(Fact):
    """A fact that belongs to a site."""

    site = models.ForeignKey("accounts.Site", on_delete=models.PROTECT, related_name="+", editable=False)
    objects = scoped(FactQuerySet)

    class Meta:
        abstract = True


class SiteRecord(Record):
    """A record that belongs to a site."""

    site = models.ForeignKey("accounts.Site", on_delete=models.PROTECT, related_name="+", editable=False)
    objects = scoped(RecordQuerySet)

    class Meta:
        abstract = True


class PatientFact(SiteFact):
    """A fact about one patient. Fetch it through `objects.visible_to(actor)`."""

    patient_path = "patient_id"
    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="+", editable=False)
    objects = scoped(PatientFactQuerySet)

    class Meta:
        abstract = True


class PatientRecord(SiteRecord):
    """A record about one patient. Fetch it through `objects.visible_to(actor)`."""

    patient_path = "patient_id"
    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="+", editable=False)
    objects = scoped(PatientRecordQuerySet)

    class Meta:
        abstract = True


class AuditEvent(AppendOnly):
    """Who did, read or was refused what, about whom, when. Written only by `acts`."""

    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=12)
    actor_uid = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=200)
    roles = models.CharField(max_length=200, blank=True)
    site_id_at = models.BigIntegerField(null=True)
    action = models.CharField(max_length=80)
    subject_kind = models.CharField(max_length=80, blank=True)
    subject_uid = models.UUIDField(null=True)
    patient_uid = models.UUIDField(null=True)
    outcome = models.CharField(max_length=10)
    reason = EncryptedTextField(blank=True, default="")
    request_id = models.CharField(max_length=40, blank=True)
    changes = models.JSONField(default=list)

    objects = models.Manager.from_queryset(FactQuerySet)()

    class Meta:
        indexes = [
            models.Index(fields=["patient_uid", "-at"], name="audit_patient_at"),
            models.Index(fields=["site_id_at", "-at"], name="audit_site_at"),
            models.Index(fields=["actor_uid", "-at"], name="audit_actor_at"),
        ]


class RecordVersion(AppendOnly):
    """One kept version of a record: what it said, who wrote it, and the digest of it."""

    table = models.CharField(max_length=80)
    record_uid = models.UUIDField()
    version = models.PositiveIntegerField()
    content = EncryptedTextField()
    sha256 = models.CharField(max_length=64)
    author_uid = models.UUIDField(null=True)
    author_name = models.CharField(max_length=200)
    at = models.DateTimeField()
    reason = EncryptedTextField(blank=True, default="")

    objects = models.Manager.from_queryset(FactQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["record_uid", "version"], name="one_row_per_record_version"),
        ]


class Signature(AppendOnly):
    """An electronic signature: identity, time, meaning, and the digest of exactly what was shown."""

    subject_table = models.CharField(max_length=80)
    subject_uid = models.UUIDField(db_index=True)
    subject_version = models.PositiveIntegerField(default=1)
    sha256 = models.CharField(max_length=64)
    shown = EncryptedTextField()
    meaning = models.CharField(max_length=40)
    signer_uid = models.UUIDField()
    printed_name = models.CharField(max_length=200)
    role = models.CharField(max_length=40)
    method = models.CharField(max_length=40)
    authenticated_at = models.DateTimeField()
    signed_at = models.DateTimeField()
    time_zone = models.CharField(max_length=64)

    objects = models.Manager.from_queryset(FactQuerySet)()


class TimelineEntry(AppendOnly):
    """One line of a patient's story; each clinical fact writes it in its own transaction."""

    site_id_at = models.BigIntegerField()
    patient_uid = models.UUIDField()
    kind = models.CharField(max_length=60)
    occurred_at = models.DateTimeField()
    subject_kind = models.CharField(max_length=80)
    subject_uid = models.UUIDField()
    summary = EncryptedTextField(blank=True, default="")
    recorded_at = models.DateTimeField()
    recorded_by_name = models.CharField(max_length=200, blank=True)
    is_patient_visible = models.BooleanField(default=True)

    objects = models.Manager.from_queryset(FactQuerySet)()

    class Meta:
        indexes = [models.Index(fields=["patient_uid", "-occurred_at"], name="timeline_patient_at")]


class Outbox(models.Model):
    """A message that must leave the system; written with its cause, kept until delivered or given up."""

    table_class = "working"

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    channel = models.CharField(max_length=20)
    dedupe_key = models.CharField(max_length=120, unique=True)
    recipient = EncryptedTextField()
    subject = models.CharField(max_length=200)
    body = EncryptedTextField()
    state = models.CharField(max_length=12, default="waiting")
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=clock.now)
    created_at = models.DateTimeField(default=clock.now)
    delivered_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["state", "next_attempt_at"], name="outbox_due")]
