"""Database triggers that refuse UPDATE and DELETE on every append-only table.

They are put back after each migrate, because SQLite drops a table's triggers whenever Django rebuilds it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import apps
from django.db import connections, models

MESSAGE = "append-only table"


def append_only_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if getattr(model, "table_class", "") in ("fact", "pin")]


def _names(table: str) -> tuple[str, str]:
    return f"{table}_no_update", f"{table}_no_delete"


def _statements(table: str, vendor: str) -> list[str]:
    no_update, no_delete = _names(table)
    if vendor == "sqlite":
        return [
            f'CREATE TRIGGER IF NOT EXISTS "{name}" BEFORE {verb} ON "{table}" '
            f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
            for name, verb in ((no_update, "UPDATE"), (no_delete, "DELETE"))
        ]
    return [
        f"CREATE OR REPLACE FUNCTION limen_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END $$",
        f'DROP TRIGGER IF EXISTS "{no_update}" ON "{table}"',
        f'CREATE TRIGGER "{no_update}" BEFORE UPDATE OR DELETE ON "{table}" '
        f"FOR EACH ROW EXECUTE FUNCTION limen_refuse()",
    ]


def install(using: str = "default") -> None:
    connection = connections[using]
    existing = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for model in append_only_models():
            if model._meta.db_table in existing:
                for statement in _statements(model._meta.db_table, connection.vendor):
                    cursor.execute(statement)


def install_after_migrate(sender, using="default", **kwargs) -> None:
    # post_migrate fires once for each app that has models; the last one sees every table.
    with_models = [config.label for config in apps.get_app_configs() if config.models_module]
    if sender.label == with_models[-1]:
        install(using)


def missing(using: str = "default") -> list[str]:
    """Append-only tables without their trigger; start-up refuses when there is one."""
    connection = connections[using]
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if connection.vendor == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        present = {row[0] for row in cursor.fetchall()}
    return [m._meta.db_table for m in append_only_models() if _names(m._meta.db_table)[0] not in present]


@contextmanager
def thawed(using: str = "default") -> Iterator[None]:
    """Drop the triggers, do one maintenance step, put them back. Used by the test flush only."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for model in append_only_models():
            for name in _names(model._meta.db_table):
                suffix = "" if connection.vendor == "sqlite" else f' ON "{model._meta.db_table}"'
                cursor.execute(f'DROP TRIGGER IF EXISTS "{name}"{suffix}')
    try:
        yield
    finally:
        install(using)
