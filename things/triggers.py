"""Triggers that migrations own and that no session setting switches off."""

from __future__ import annotations

from typing import Any

import pgtrigger
from django.db import models
from pgtrigger import compiler


class FirmTriggerSql(compiler.UpsertTriggerSql):
    """A trigger's SQL without django-pgtrigger's way round it.

    Triggers of django-pgtrigger do nothing while the setting `pgtrigger.ignore` names them,
    and any session may set that. What guards money must not be asked to look away.
    """

    def get_template(self) -> str:
        """The SQL that makes the function and the trigger. Migrations refer to it: append only."""
        return """
            CREATE OR REPLACE FUNCTION {pgid}() RETURNS TRIGGER AS $$
                {declare}
                BEGIN
                    {func}
                END;
            $$ LANGUAGE plpgsql;
            DROP TRIGGER IF EXISTS {pgid} ON {table};
            CREATE {constraint} TRIGGER {pgid}
                {when} {operation} ON {table}
                {timing}
                {referencing}
                FOR EACH {level} {condition}
                EXECUTE PROCEDURE {execute};
            COMMENT ON TRIGGER {pgid} ON {table} IS '{hash}';
        """


class FirmTrigger(pgtrigger.Trigger):
    """A trigger that always runs."""

    sql_class: type[FirmTriggerSql] = FirmTriggerSql

    def compile(self, model: models.Model) -> compiler.Trigger:
        """The trigger as migrations keep it."""
        compiled = super().compile(model)
        arguments: dict[str, Any] = dict(compiled.sql.kwargs)
        arguments.pop("ignore_func_name", None)
        return compiler.Trigger(name=compiled.name, sql=self.sql_class(**arguments))


def refuse(
    name: str,
    operation: pgtrigger.Operation,
    *,
    why: str,
    condition: str | None = None,
    when: pgtrigger.When = pgtrigger.Before,
) -> FirmTrigger:
    """A trigger that refuses rows of an operation, all or those that a condition matches.

    TRUNCATE has no rows: it is refused as a statement. `why` ends the error's message. `After` is
    as strict, and fits where most updates pass: before an update PostgreSQL locks each row for
    the trigger and writes that down, which costs as much as the update itself.
    """
    whole = str(operation) == "TRUNCATE"
    return FirmTrigger(
        name=name,
        level=pgtrigger.Statement if whole else pgtrigger.Row,
        when=when,
        operation=operation,
        condition=pgtrigger.Condition(f"({condition})") if condition else None,
        func=(
            "RAISE EXCEPTION '% of % refused: %', TG_OP, TG_TABLE_NAME, "
            f"'{why}' USING ERRCODE = 'integrity_constraint_violation';"
        ),
    )
