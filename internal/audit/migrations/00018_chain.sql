-- +goose Up
ALTER TABLE audit ADD COLUMN n BIGINT;                      -- its place in the chain; NULL until it is sealed
ALTER TABLE audit ADD COLUMN hash TEXT NOT NULL DEFAULT ''; -- of the line and of the hash before it
CREATE INDEX audit_open ON audit (at) WHERE n IS NULL;
CREATE UNIQUE INDEX audit_n ON audit (n) WHERE n IS NOT NULL;
-- only sqlite
-- +goose StatementBegin
CREATE TRIGGER audit_stays BEFORE UPDATE ON audit WHEN OLD.n IS NOT NULL OR NEW.at <> OLD.at OR NEW.who <> OLD.who OR NEW.what <> OLD.what
    OR NEW.subject <> OLD.subject OR NEW.detail <> OLD.detail
BEGIN
    SELECT RAISE(ABORT, 'the audit log is not changed');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit log is not changed');
END;
-- +goose StatementEnd
-- end
-- only postgres
-- +goose StatementBegin
CREATE FUNCTION audit_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.n IS NULL AND NEW.at = OLD.at AND NEW.who = OLD.who AND NEW.what = OLD.what AND NEW.subject = OLD.subject AND NEW.detail = OLD.detail THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the audit log is not changed';
END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_stays BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_stays();
-- end
