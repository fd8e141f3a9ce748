from django.db import migrations

# Note [Names that were given up]: the refusal comes after the row is written. Who takes a name
# while its user gives it up waits in the unique index until that is committed; only what runs
# after the wait can see it.
FORWARDS = """
CREATE FUNCTION accounts_digest_of_name(name text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT encode(sha256(convert_to(lower(name), 'UTF8')), 'hex')
$$;

CREATE FUNCTION accounts_keep_given_up_name() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO accounts_givenupname (digest, user_id)
    VALUES (
        accounts_digest_of_name(OLD.username),
        CASE WHEN TG_OP = 'UPDATE' THEN OLD.id END
    )
    ON CONFLICT (digest) DO NOTHING;
    RETURN NULL;
END;
$$;

CREATE FUNCTION accounts_refuse_given_up_names() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM named
        JOIN accounts_givenupname AS given_up
            ON given_up.digest = accounts_digest_of_name(named.username)
        WHERE given_up.user_id IS DISTINCT FROM named.id
    ) THEN
        RAISE EXCEPTION 'user_name_given_up: somebody else had this user name'
            USING ERRCODE = 'unique_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE FUNCTION accounts_refuse_given_up_name() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM accounts_givenupname AS given_up
        WHERE given_up.digest = accounts_digest_of_name(NEW.username)
            AND given_up.user_id IS DISTINCT FROM NEW.id
    ) THEN
        RAISE EXCEPTION 'user_name_given_up: somebody else had this user name'
            USING ERRCODE = 'unique_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER changed_name_is_given_up AFTER UPDATE OF username ON accounts_user
    FOR EACH ROW WHEN (lower(OLD.username) <> lower(NEW.username))
    EXECUTE FUNCTION accounts_keep_given_up_name();

-- A sign-up that nobody confirmed is dropped, and keeps nobody from its name.
CREATE TRIGGER deleted_name_is_given_up AFTER DELETE ON accounts_user
    FOR EACH ROW WHEN (OLD.last_login IS NOT NULL)
    EXECUTE FUNCTION accounts_keep_given_up_name();

CREATE TRIGGER new_name_is_nobodys AFTER INSERT ON accounts_user
    REFERENCING NEW TABLE AS named
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_refuse_given_up_names();

CREATE TRIGGER other_name_is_nobodys AFTER UPDATE OF username ON accounts_user
    FOR EACH ROW WHEN (lower(OLD.username) <> lower(NEW.username))
    EXECUTE FUNCTION accounts_refuse_given_up_name();
"""

BACKWARDS = """
DROP TRIGGER other_name_is_nobodys ON accounts_user;
DROP TRIGGER new_name_is_nobodys ON accounts_user;
DROP TRIGGER deleted_name_is_given_up ON accounts_user;
DROP TRIGGER changed_name_is_given_up ON accounts_user;
DROP FUNCTION accounts_refuse_given_up_name();
DROP FUNCTION accounts_refuse_given_up_names();
DROP FUNCTION accounts_keep_given_up_name();
DROP FUNCTION accounts_digest_of_name(text);
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0015_given_up_names")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
