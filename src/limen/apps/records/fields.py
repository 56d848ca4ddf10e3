"""Model fields that keep their value sealed in the database and open it only when it is read."""

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models.query_utils import DeferredAttribute

from limen.apps.records.crypto import Ciphertext, seal, unseal


def _bound_to(instance: models.Model, field: models.Field) -> str:
    return f"{instance._meta.db_table}:{instance.uid}:{field.column}"


class SealedAttribute(DeferredAttribute):
    """Opens the ciphertext on first access; a list that never shows the value never decrypts it."""

    def __get__(self, instance, cls=None):
        value = super().__get__(instance, cls)
        if isinstance(value, Ciphertext):
            value = unseal(value, _bound_to(instance, self.field))
            instance.__dict__[self.field.attname] = value
        return value

    def __set__(self, instance, value):
        # Being a data descriptor is what makes __get__ run for a value that is already on the instance.
        instance.__dict__[self.field.attname] = value


class EncryptedTextField(models.TextField):
    """Text sealed with the row's uid, table and column as associated data. It cannot be filtered on."""

    descriptor_class = SealedAttribute

    if TYPE_CHECKING:  # what a model's attribute gives and takes, for the type checker

        def __get__(self, instance: Any, owner: Any = None) -> Any: ...
        def __set__(self, instance: Any, value: str) -> None: ...

    def from_db_value(self, value, expression, connection):
        return Ciphertext(value) if value else value

    def pre_save(self, model_instance, add):
        held = model_instance.__dict__.get(self.attname)
        if isinstance(held, Ciphertext) or not held:
            return held
        return seal(str(held), _bound_to(model_instance, self))

    def get_prep_value(self, value):
        if value and not isinstance(value, Ciphertext):
            raise TypeError(f"{self.name} is encrypted: it cannot be filtered or updated by value")
        return value
