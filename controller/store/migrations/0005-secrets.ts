export const secrets = `
-- Values that native configuration refers to by name, sealed. What was rotated out is gone.
create table secret (
  name    text primary key,
  number  integer not null,                -- of its values, from 1, for people
  version text not null,                   -- unlike any before it, also after a restore
  key_id  text not null,                   -- which key it is sealed with
  sealed  blob not null,                   -- nonce, ciphertext, tag: AES-256-GCM over the value, bound to name and version
  set_at  integer not null,
  set_by  text not null
) strict;
`;
