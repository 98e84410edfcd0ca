-- What plugins work with: connections to outside accounts, what they listen to, their jobs, and webhooks that came in.

create table plugin_connections (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  install_id uuid not null,
  provider text not null references plugins (key),
  -- Who connected it.
  user_id uuid not null references users on delete cascade,
  external_account_id text not null,
  display_name text,
  marketplace_id text,
  access_token_enc sealed not null,
  refresh_token_enc sealed,
  webhook_secret_enc sealed,
  scopes text[] not null default '{}',
  token_expires_at timestamptz,
  status text not null default 'active' check (status in ('active', 'expired', 'revoked', 'error')),
  last_ok_at timestamptz,
  last_error text,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (organization_id, id),
  unique (id, provider),
  unique (install_id, id),
  -- Of one organization: another one that connects the same account is not told.
  unique nulls not distinct (organization_id, provider, external_account_id, marketplace_id),
  foreign key (organization_id, install_id) references plugin_installs (organization_id, id) on delete cascade,
  constraint amazon_marketplace check (provider <> 'amazon' or marketplace_id is not null)
);
create index on plugin_connections (provider, external_account_id);
create index on plugin_connections (user_id);
comment on table plugin_connections is 'An install''s connections to outside accounts: shops, pages, sellers. Every third-party token is here, sealed.';
select app.touch('plugin_connections');
create trigger c_guard_member before insert or update of user_id on plugin_connections
  for each row execute function app.guard_member('user_id');
select app.secure('plugin_connections',
  read => 'owner admin producer', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin',
  limit_update => '{"plugin": ["status", "last_ok_at", "last_error"]}',
  mask => '{"access_token":   ["owner", "admin", "producer", "plugin"],
            "refresh_token":  ["owner", "admin", "producer", "plugin"],
            "webhook_secret": ["owner", "admin", "producer", "plugin"]}');
select app.open_to_plugins('plugin_connections', read => 'install', update => 'install');
select live.track('plugin_connections', topics => 'org', omit => '{access_token_enc,refresh_token_enc,webhook_secret_enc}');
-- No request can read a token, not even by a mistake of the hub: its login cannot. The worker that calls the vendor can.
do $$
begin
  revoke select on plugin_connections from hub_app;
  execute (select format('grant select (%s) on plugin_connections to hub_app', string_agg(quote_ident(a.attname), ', ' order by a.attnum))
             from pg_attribute a
            where a.attrelid = 'plugin_connections'::regclass and a.attnum > 0 and a.attname !~ '_enc$');
end $$;

create table plugin_subscriptions (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  install_id uuid not null,
  topic_kind text not null check (topic_kind in ('event', 'project', 'organization')),
  -- Null: every topic of the kind.
  entity_id uuid,
  -- Tables whose changes are meant; empty: all that the install may read.
  kinds text[] not null default '{}',
  cursor_id bigint not null default 0 check (cursor_id >= 0),
  status text not null default 'active' check (status in ('active', 'paused')),
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique nulls not distinct (install_id, topic_kind, entity_id),
  foreign key (organization_id, install_id) references plugin_installs (organization_id, id) on delete cascade
);
create index on plugin_subscriptions (organization_id);
comment on table plugin_subscriptions is 'What a plugin listens to, and how far it has read.';
select app.touch('plugin_subscriptions');
select app.secure('plugin_subscriptions',
  read => 'owner admin', insert => 'owner admin', update => 'owner admin', delete => 'owner admin',
  -- A plugin reads on and may rest; what it hears is not its decision.
  limit_update => '{"plugin": ["cursor_id", "status"]}');
select app.open_to_plugins('plugin_subscriptions', read => 'install', update => 'install');
-- Reading on is no news.
select live.track('plugin_subscriptions', topics => 'org', omit => '{cursor_id,updated_at,rev}');

create table plugin_jobs (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  -- Null: a job of the hub itself.
  install_id uuid,
  connection_id uuid,
  kind text not null,
  payload jsonb not null default '{}',
  entity_type text,
  entity_id uuid,
  idempotency_key text not null,
  run_at timestamptz not null default now(),
  status text not null default 'queued' check (status in ('queued', 'running', 'succeeded', 'failed', 'dead', 'cancelled')),
  attempts int not null default 0 check (attempts >= 0),
  max_attempts int not null default 8 check (max_attempts > 0),
  locked_by uuid,
  locked_until timestamptz,
  result jsonb,
  last_error text,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (organization_id, idempotency_key),
  foreign key (organization_id, install_id) references plugin_installs (organization_id, id) on delete cascade,
  foreign key (organization_id, connection_id) references plugin_connections (organization_id, id) on delete cascade,
  -- One plugin's job does not use another plugin's account.
  foreign key (install_id, connection_id) references plugin_connections (install_id, id) on delete cascade,
  constraint running_has_lease check (status <> 'running' or (locked_by is not null and locked_until is not null))
);
create index on plugin_jobs (run_at) where status = 'queued';
create index on plugin_jobs (status, locked_until) where status = 'running';
create index on plugin_jobs (entity_type, entity_id);
create index on plugin_jobs (install_id) where install_id is not null;
create index on plugin_jobs (connection_id) where connection_id is not null;
comment on table plugin_jobs is 'Durable queue of plugins and of the hub: publish, sync, export, send, enrich, render. One idempotency key is one job.';
select app.touch('plugin_jobs');
select app.secure('plugin_jobs',
  read => 'owner admin producer', insert => 'owner admin producer', update => 'none', delete => 'none');
select app.open_to_plugins('plugin_jobs', read => 'install', insert => 'install', update => 'install');
select live.track('plugin_jobs', topics => 'org');

create table webhook_deliveries (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  connection_id uuid not null,
  external_id text not null,
  kind text,
  signature_ok boolean not null,
  body_enc sealed,
  received_at timestamptz not null default now(),
  processed_at timestamptz,
  status text not null default 'received' check (status in ('received', 'processed', 'ignored', 'failed')),
  error text,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (connection_id, external_id),
  foreign key (organization_id, connection_id) references plugin_connections (organization_id, id) on delete cascade,
  -- A delivery that nobody signed is kept as evidence and never acted on.
  constraint unsigned_has_no_effect check (signature_ok or status <> 'processed')
);
create index on webhook_deliveries (organization_id);
comment on table webhook_deliveries is 'Webhooks as they came in: the same delivery twice is one row.';
select app.touch('webhook_deliveries');
select app.secure('webhook_deliveries', read => 'owner admin', insert => 'none', update => 'none', delete => 'none');
select live.track('webhook_deliveries', topics => 'org', omit => '{body_enc}');

insert into data_classes (table_name, column_name, class, subject_path, on_export, on_erase) values
  ('plugin_connections', 'access_token_enc', 'secret', 'user_id', false, 'shred'),
  ('plugin_connections', 'refresh_token_enc', 'secret', 'user_id', false, 'shred'),
  ('plugin_connections', 'webhook_secret_enc', 'secret', 'user_id', false, 'shred'),
  ('webhook_deliveries', 'body_enc', 'sealed', '-', true, 'shred');
