from django.db import migrations

FORWARDS = """
CREATE FUNCTION accounts_refuse_change_of_staff_log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of the staff log refused: it is kept as it was written', TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END;
$$;

CREATE TRIGGER staff_log_is_kept BEFORE UPDATE OR DELETE ON accounts_staffentry
    FOR EACH ROW EXECUTE FUNCTION accounts_refuse_change_of_staff_log();

CREATE TRIGGER staff_log_is_never_truncated BEFORE TRUNCATE ON accounts_staffentry
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_refuse_change_of_staff_log();
"""

BACKWARDS = """
DROP TRIGGER staff_log_is_never_truncated ON accounts_staffentry;
DROP TRIGGER staff_log_is_kept ON accounts_staffentry;
DROP FUNCTION accounts_refuse_change_of_staff_log();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0017_staff_log")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
