export const hostBoots = `
-- The boots that a host has reported, oldest first: one that comes back after a later one is a second machine of the same identity.
create table host_boot (
  seq        integer primary key autoincrement,
  host       text not null,
  boot_id    text not null,
  refused_at integer,                      -- when a machine of this boot was last refused; null: it is the host itself
  machine    text not null,                -- what it says of itself, for people
  unique (host, boot_id)
) strict;
`;
