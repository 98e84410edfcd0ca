-- Broadcasts and presence of one hub's channels reach the members of another's. Nothing of it is kept: the tables are not logged,
-- are in no backup, and a message is gone after a minute.

create unlogged table live.channel_nodes (
  node_id uuid primary key,
  heard_at timestamptz not null default clock_timestamp()
);
comment on table live.channel_nodes is 'Hubs that hear of other hubs'' channels. One that was not heard for a minute is gone.';

create unlogged table live.channel_messages (
  node_id uuid not null,
  -- Given by the hub itself, one after the other.
  n bigint not null,
  organization_id uuid not null,
  channel text not null,
  private boolean not null,
  kind text not null check (kind in ('broadcast', 'track', 'untrack')),
  said text not null,
  bytes bytea,
  sent_at timestamptz not null default clock_timestamp(),
  primary key (node_id, n)
);
comment on table live.channel_messages is 'What a hub''s channels say to those of others, for a minute.';

create unlogged table live.channel_presences (
  node_id uuid not null,
  member bigint not null,
  organization_id uuid not null,
  channel text not null,
  private boolean not null,
  key text not null,
  shown text not null,
  primary key (node_id, member)
);
create index on live.channel_presences (organization_id, channel);
comment on table live.channel_presences is 'Who shows what of themselves in a channel, by the hub that they are connected to.';

grant select, insert, update, delete on live.channel_nodes, live.channel_messages, live.channel_presences to hub_worker;
