"""What the database itself refuses or does when things are written."""

from __future__ import annotations

import pgtrigger

from things.triggers import FirmTrigger

_OF_KEY = pgtrigger.UpdateOf("key")  # type: ignore[no-untyped-call]

THING_TRIGGERS = [
    FirmTrigger(
        name="thing_has_popularity",
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        level=pgtrigger.Statement,
        referencing=pgtrigger.Referencing(new="made"),  # type: ignore[no-untyped-call]
        func=(
            "INSERT INTO things_popularity"
            " (thing_id, flattrs, flattrs_month, flattrs_week, flattrs_day, trend)"
            " SELECT id, 0, 0, 0, 0, 0 FROM made; RETURN NULL;"
        ),
    ),
    FirmTrigger(
        name="thing_is_no_alias",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | _OF_KEY,
        level=pgtrigger.Row,
        func=(
            "IF EXISTS (SELECT FROM things_alias WHERE key = NEW.key) THEN"
            " RAISE EXCEPTION '% finds another thing already', NEW.url"
            " USING ERRCODE = 'unique_violation'; END IF; RETURN NEW;"
        ),
    ),
    FirmTrigger(
        name="thing_merged_within_one_owner",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        level=pgtrigger.Row,
        condition=pgtrigger.Condition("NEW.state = 'merged'"),
        func=(
            "IF NOT EXISTS (SELECT FROM things_thing AS kept WHERE"
            " kept.id = NEW.merged_into_id AND kept.id <> NEW.id"
            " AND kept.owner_id = NEW.owner_id AND kept.state <> 'merged') THEN"
            " RAISE EXCEPTION 'thing % is merged into no other of its owner', NEW.id"
            " USING ERRCODE = 'check_violation'; END IF; RETURN NEW;"
        ),
    ),
    # Stands in for the foreign key that clicks go without.
    FirmTrigger(
        name="thing_with_clicks_stays",
        when=pgtrigger.Before,
        operation=pgtrigger.Delete,
        level=pgtrigger.Row,
        func=(
            "IF EXISTS (SELECT FROM things_click WHERE thing_id = OLD.id) THEN"
            " RAISE EXCEPTION 'thing % has clicks: withdraw it instead', OLD.id"
            " USING ERRCODE = 'foreign_key_violation'; END IF; RETURN OLD;"
        ),
    ),
]
