export const revisionOverrides = `
-- What was stopped by hand once the revision was made, as JSON; null: it was made before this was written down.
alter table revision add column overrides text;
-- Of an undo: the revision that it went back to, so that the next one goes further.
alter table revision add column restored_epoch integer;
alter table revision add column restored_number integer;
`;
