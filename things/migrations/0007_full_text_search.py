from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations

# `BEGIN ATOMIC` and `RETURN` bind names when the function is made: a dump can be restored
# whatever the search path. Both are immutable, as a generated column needs: the configurations
# are PostgreSQL's own.
CONFIGURATION = """
CREATE FUNCTION things_configuration(language text) RETURNS regconfig
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE split_part(language, '_', 1)
    WHEN 'ar' THEN 'pg_catalog.arabic'::regconfig
    WHEN 'ca' THEN 'pg_catalog.catalan'::regconfig
    WHEN 'da' THEN 'pg_catalog.danish'::regconfig
    WHEN 'de' THEN 'pg_catalog.german'::regconfig
    WHEN 'el' THEN 'pg_catalog.greek'::regconfig
    WHEN 'en' THEN 'pg_catalog.english'::regconfig
    WHEN 'es' THEN 'pg_catalog.spanish'::regconfig
    WHEN 'fi' THEN 'pg_catalog.finnish'::regconfig
    WHEN 'fr' THEN 'pg_catalog.french'::regconfig
    WHEN 'ga' THEN 'pg_catalog.irish'::regconfig
    WHEN 'hi' THEN 'pg_catalog.hindi'::regconfig
    WHEN 'hu' THEN 'pg_catalog.hungarian'::regconfig
    WHEN 'in' THEN 'pg_catalog.indonesian'::regconfig
    WHEN 'it' THEN 'pg_catalog.italian'::regconfig
    WHEN 'lt' THEN 'pg_catalog.lithuanian'::regconfig
    WHEN 'nl' THEN 'pg_catalog.dutch'::regconfig
    WHEN 'no' THEN 'pg_catalog.norwegian'::regconfig
    WHEN 'pt' THEN 'pg_catalog.portuguese'::regconfig
    WHEN 'ro' THEN 'pg_catalog.romanian'::regconfig
    WHEN 'ru' THEN 'pg_catalog.russian'::regconfig
    WHEN 'sr' THEN 'pg_catalog.serbian'::regconfig
    WHEN 'sv' THEN 'pg_catalog.swedish'::regconfig
    WHEN 'tr' THEN 'pg_catalog.turkish'::regconfig
    ELSE 'pg_catalog.simple'::regconfig
END;
"""

JOINED = """
CREATE FUNCTION things_joined(words text[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$ BEGIN RETURN array_to_string(words, ' '); END $$;
"""

DOCUMENT = """
CREATE FUNCTION things_document(language text, title text, tags text[], description text)
RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN setweight(to_tsvector(things_configuration(language), title), 'A')
    || setweight(to_tsvector(things_configuration(language), things_joined(tags)), 'B')
    || setweight(to_tsvector(things_configuration(language), description), 'D');
"""


def add_column(apps, schema_editor):
    """No field of the model: nothing but the search reads it, and it is as long as the text."""
    schema_editor.execute(
        "ALTER TABLE things_thing ADD COLUMN search tsvector GENERATED ALWAYS AS"
        " (things_document(language, title, tags::text[], description)) STORED"
    )


def drop_column(apps, schema_editor):
    """Nothing is lost: it is made from the other columns."""
    schema_editor.execute("ALTER TABLE things_thing DROP COLUMN search")


class Migration(migrations.Migration):
    dependencies = [
        ("things", "0006_popularity_of_things_so_far"),
    ]

    operations = [
        # A trusted extension: the owner of the database may make it.
        TrigramExtension(),
        migrations.RunSQL(CONFIGURATION, "DROP FUNCTION things_configuration"),
        migrations.RunSQL(JOINED, "DROP FUNCTION things_joined"),
        migrations.RunSQL(DOCUMENT, "DROP FUNCTION things_document"),
        migrations.RunPython(add_column, drop_column),
        migrations.RunSQL(
            "CREATE INDEX thing_search ON things_thing USING gin (search)",
            "DROP INDEX thing_search",
        ),
        migrations.RunSQL(
            "CREATE INDEX thing_title_trigrams ON things_thing USING gin (title gin_trgm_ops)",
            "DROP INDEX thing_title_trigrams",
        ),
    ]
