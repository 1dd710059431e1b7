export const fleet = `
-- The controller's state. Times are milliseconds since 1970 UTC; JSON is text. Keeps to what PostgreSQL has too.

create table meta (
  key   text primary key,            -- epoch, held
  value text not null
) strict;

create table host (
  name             text primary key,
  key_fingerprint  text not null unique,   -- sha256 of the public key (SPKI DER), hex: the identity that outlives certificates
  certificate_until integer not null,
  certificate_authority text not null,     -- fingerprint of the root that signed it
  token_labels     text not null,          -- JSON object, from the join token
  labels           text not null,          -- JSON object, from "promfleet host label"
  facts            text not null,          -- JSON HostFacts
  enrolled_at      integer not null,
  enrolled_by      text not null,          -- join token id
  last_seen_at     integer,
  removed_at       integer
) strict;

create table join_token (
  id         text primary key,
  hash       text not null unique,         -- sha256 of the token, hex; the token itself is never stored
  labels     text not null,
  uses_left  integer not null,
  expires_at integer not null,
  created_at integer not null,
  created_by text not null,
  revoked_at integer
) strict;

create table blob (
  digest  text primary key,
  content blob not null
) strict;

-- Every change of what is wanted: an apply, an undo, a stop, a new host.
create table revision (
  epoch      integer not null,
  number     integer not null,
  created_at integer not null,
  actor      text not null,
  cause      text not null check (cause in ('apply', 'undo', 'override', 'inventory')),
  note       text not null,
  locks      text not null,                -- JSON: component|kind name|arch -> Release
  primary key (epoch, number)
) strict;

-- The folders of a revision, whole: it can be shown, compared and gone back to without the operator's disk.
create table revision_file (
  epoch  integer not null,
  number integer not null,
  folder text not null,
  path   text not null,
  digest text not null references blob (digest),
  primary key (epoch, number, folder, path)
) strict;

-- Which host holds which replica of a resource. Recorded once, kept while the host is there.
create table placement (
  kind     text not null,
  name     text not null,
  host     text not null,
  ordinal  integer not null,
  primary key (kind, name, host)
) strict;

-- What was typed rather than applied.
create table override (
  host       text not null,
  unit       text not null,
  stopped    integer not null,
  actor      text not null,
  created_at integer not null,
  primary key (host, unit)
) strict;

-- What each host may have now: its newest spec.
create table host_spec (
  host   text primary key,
  epoch  integer not null,
  number integer not null,
  digest text not null,
  spec   text not null                     -- JSON HostSpec, file contents base64
) strict;

create table report (
  host        text primary key,
  received_at integer not null,
  report      text not null                -- JSON HostReport
) strict;

create table release (
  sha256        text primary key,
  component     text not null,
  version       text not null,
  build         text not null,
  arch          text not null,
  size          integer not null,
  unpacked_size integer not null,
  source        text not null,             -- where it came from, for people
  fetched_at    integer not null
) strict;

create table event (
  id      integer primary key autoincrement,
  at      integer not null,
  kind    text not null,
  host    text not null,                   -- '' when it is about no host
  unit    text not null,
  message text not null
) strict;

create table operator (
  name       text primary key,
  role       text not null check (role in ('viewer', 'operator', 'admin')),
  hash       text not null unique,         -- sha256 of the credential, hex
  expires_at integer not null,
  created_at integer not null,
  created_by text not null,
  revoked_at integer
) strict;

create table audit (
  id      integer primary key autoincrement,
  at      integer not null,
  actor   text not null,                   -- operator name, or the Unix user on the local socket
  action  text not null,                   -- the route: "PUT /v1/fleet"
  target  text not null,
  outcome text not null                    -- ok, or the fault code
) strict;

create index event_at on event (at);
create index audit_at on audit (at);
`;
