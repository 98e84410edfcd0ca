-- Packages of plugins, what an install was granted, and what plugins keep: values, effects, runs.
-- hub/docs/decisions/0011-plugins.md

-- A plugin belongs to whoever signed it first; nobody else gives out another version of it. One that an organization
-- brought is its own affair until the operator takes it into the catalogue.
alter table plugins
  add column publisher_key bytea check (octet_length(publisher_key) = 32),
  add column listed boolean not null default true;
comment on column plugins.publisher_key is 'The Ed25519 key that signs its packages. Another key is another publisher.';
comment on column plugins.listed is 'In the catalogue of every organization; otherwise seen by those who have installed it.';

create table hub.plugin_packages (
  id uuid primary key default app.uuid7(),
  plugin_key text not null references plugins (key) on delete cascade,
  version text not null,
  -- Null: the operator's, for every organization.
  organization_id uuid references organizations on delete cascade,
  manifest jsonb not null,
  -- The file as it was brought, with its signature.
  package bytea not null check (octet_length(package) <= 33554432),
  -- Of manifest and component, as they were signed.
  digest bytea not null check (octet_length(digest) = 32),
  public_key bytea not null check (octet_length(public_key) = 32),
  created_at timestamptz not null default now(),
  -- A version does not change.
  unique nulls not distinct (organization_id, plugin_key, version)
);
create index on hub.plugin_packages (plugin_key);
comment on table hub.plugin_packages is 'Signed packages: what a plugin says of itself, and its component. An organization''s own are its own.';
alter table hub.plugin_packages enable row level security;
alter table hub.plugin_packages force row level security;
create policy system on hub.plugin_packages
  using ((select app.is_system()) and (organization_id is null or (select app.org()) is null or organization_id = (select app.org())))
  with check ((select app.is_system()) and organization_id is not distinct from (select app.org()));
grant select, insert, update, delete on hub.plugin_packages to hub_worker;

alter table plugin_installs
  add column package_id uuid references hub.plugin_packages,
  add column accepted_manifest jsonb,
  add column client_secret_enc sealed;
create index on plugin_installs (package_id) where package_id is not null;
comment on column plugin_installs.package_id is 'The package that runs. Others of the plugin change nothing until somebody upgrades.';
comment on column plugin_installs.accepted_manifest is 'What was shown and agreed to: hosts, credentials, jobs, bounds. Scopes are granted one by one.';
comment on column plugin_installs.client_secret_enc is 'The secret of the organization''s own OAuth application.';
insert into data_classes (table_name, column_name, class, subject_path, on_export, on_erase) values
  ('plugin_installs', 'client_secret_enc', 'secret', '-', false, 'delete_row');
insert into app.masks select 'plugin_installs', 'client_secret', r from unnest(array['owner', 'admin', 'producer', 'plugin']) r;
update live.tracked set omitted = omitted || '{client_secret_enc}'::text[] where table_name = 'plugin_installs';
select live.retrack('plugin_installs');
do $$
begin
  revoke select on plugin_installs from hub_app;
  execute (select format('grant select (%s) on plugin_installs to hub_app', string_agg(quote_ident(a.attname), ', ' order by a.attnum))
             from pg_attribute a
            where a.attrelid = 'plugin_installs'::regclass and a.attnum > 0 and not a.attisdropped and a.attname !~ '_enc$');
end $$;

-- Which code runs, and what was agreed to, is written by the hub alone: it has looked at the package.
create function app.guard_package() returns trigger
language plpgsql
as $$
begin
  raise exception 'a package is installed through the hub'
    using errcode = '42501', constraint = 'installed_through_the_hub', table = 'plugin_installs';
end $$;
create trigger b_guard_package before update on plugin_installs for each row
  when (session_user = 'hub_app' and (old.package_id, old.accepted_manifest, old.client_secret_enc, old.version)
        is distinct from (new.package_id, new.accepted_manifest, new.client_secret_enc, new.version))
  execute function app.guard_package();
create trigger b_guard_new_package before insert on plugin_installs for each row
  when (session_user = 'hub_app' and num_nonnulls(new.package_id, new.accepted_manifest, new.client_secret_enc) > 0)
  execute function app.guard_package();

drop policy read on plugins;
create policy read on plugins for select to hub_app using (
  listed or exists (select from plugin_installs i where i.plugin_key = key));
create policy system_read on plugins for select to hub_worker using ((select app.is_system()));

-- Tokens by the names that the manifest gives them.
alter table plugin_connections
  add column refreshing_until timestamptz,
  add column token_rev bigint not null default 1;
comment on column plugin_connections.access_token_enc is 'The credentials by their names, a JSON object, sealed.';
comment on column plugin_connections.token_rev is 'Counts renewals: whoever waited for one knows that it was made.';
comment on column plugin_connections.refreshing_until is 'Somebody renews the token; the others wait so long.';
update live.tracked set omitted = omitted || '{refreshing_until,token_rev}'::text[] where table_name = 'plugin_connections';
select live.retrack('plugin_connections');
grant select (refreshing_until, token_rev) on plugin_connections to hub_app;

-- Who is on the way to the vendor and back: RFC 6749 section 4.1, with PKCE. The state is known by its hash.
create table hub.plugin_authorizations (
  state_hash bytea primary key check (octet_length(state_hash) = 32),
  organization_id uuid not null references organizations on delete cascade,
  install_id uuid not null,
  user_id uuid not null references users on delete cascade,
  credential text not null,
  account text not null,
  display_name text,
  marketplace_id text,
  verifier_enc sealed not null,
  redirect_uri text not null,
  expires_at timestamptz not null,
  foreign key (organization_id, install_id) references plugin_installs (organization_id, id) on delete cascade
);
create index on hub.plugin_authorizations (organization_id, install_id);
create index on hub.plugin_authorizations (user_id);
create index on hub.plugin_authorizations (expires_at);
comment on table hub.plugin_authorizations is 'Connections that somebody has begun at a vendor and not come back from.';
grant select, insert, delete on hub.plugin_authorizations to hub_worker;

-- What a connection keeps (an install, for jobs without a connection).
create table hub.plugin_kv (
  organization_id uuid not null references organizations on delete cascade,
  install_id uuid not null,
  connection_id uuid,
  key text not null collate "C" check (octet_length(key) between 1 and 512),
  value bytea not null check (octet_length(value) <= 1048576),
  updated_at timestamptz not null default now(),
  unique nulls not distinct (install_id, connection_id, key),
  foreign key (organization_id, install_id) references plugin_installs (organization_id, id) on delete cascade,
  foreign key (install_id, connection_id) references plugin_connections (install_id, id) on delete cascade
);
create index on hub.plugin_kv (organization_id, install_id);
create index on hub.plugin_kv (connection_id) where connection_id is not null;
comment on table hub.plugin_kv is 'Cursors and the like, by connection. Written with the end of a run that went well.';

-- What was sent to a vendor, written down before the request and after its answer: one effect a key, whoever dies between.
create table hub.plugin_effects (
  organization_id uuid not null references organizations on delete cascade,
  install_id uuid not null,
  connection_id uuid,
  key text not null check (octet_length(key) between 1 and 512),
  digest bytea not null check (octet_length(digest) = 32),
  job_id uuid not null,
  begun_at timestamptz not null default clock_timestamp(),
  answered_at timestamptz,
  answer_enc sealed,
  unique nulls not distinct (install_id, connection_id, key),
  check ((answered_at is null) = (answer_enc is null)),
  foreign key (organization_id, install_id) references plugin_installs (organization_id, id) on delete cascade,
  foreign key (install_id, connection_id) references plugin_connections (install_id, id) on delete cascade
);
create index on hub.plugin_effects (organization_id, install_id);
create index on hub.plugin_effects (connection_id) where connection_id is not null;
create index on hub.plugin_effects (begun_at);
comment on table hub.plugin_effects is 'Requests that must happen once: begun, and answered. A key that is answered is not sent again.';

-- Both are seen by the hub at work for the organization, and by the plugin as far as they are its own.
do $$
declare
  t text;
begin
  foreach t in array array['plugin_kv', 'plugin_effects'] loop
    execute format('alter table hub.%I enable row level security', t);
    execute format('alter table hub.%I force row level security', t);
    execute format('create policy tenant on hub.%I as restrictive using (organization_id = (select app.org()))
                      with check (organization_id = (select app.org()))', t);
    execute format('create policy system on hub.%I to hub_worker using ((select app.is_system())) with check ((select app.is_system()))', t);
    execute format('create policy own on hub.%I to hub_app
                      using ((select app.role()) = ''plugin'' and install_id = (select app.plugin_install_id()))
                      with check ((select app.role()) = ''plugin'' and install_id = (select app.plugin_install_id()))', t);
    execute format('grant select, insert, update, delete on hub.%I to hub_worker', t);
  end loop;
end $$;
grant usage on schema hub to hub_app;
grant select, insert, update, delete on hub.plugin_kv to hub_app;

alter table plugin_jobs add unique (organization_id, id);
-- One attempt of a job.
create table plugin_runs (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  install_id uuid not null,
  job_id uuid not null,
  attempt int not null check (attempt > 0),
  -- Which hub.
  node uuid not null,
  version text not null,
  started_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz,
  -- `ok`, or why not, for programs; null while it runs.
  outcome text check (length(outcome) between 1 and 100),
  message text check (octet_length(message) <= 4096),
  compute_ms int check (compute_ms >= 0),
  calls int check (calls >= 0),
  log jsonb not null default '[]' check (jsonb_typeof(log) = 'array' and octet_length(log::text) <= 1048576),
  progress_done bigint check (progress_done >= 0),
  progress_total bigint check (progress_total >= 0),
  progress_note text check (octet_length(progress_note) <= 1024),
  -- All calls of the hub with their answers, without secrets, for the plugin's author to repeat.
  recording_enc sealed,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (organization_id, id),
  foreign key (organization_id, install_id) references plugin_installs (organization_id, id) on delete cascade,
  foreign key (organization_id, job_id) references plugin_jobs (organization_id, id) on delete cascade,
  constraint ended_with_an_outcome check ((ended_at is null) = (outcome is null))
);
create index on plugin_runs (organization_id, install_id);
create index on plugin_runs (organization_id, job_id);
create index on plugin_runs (started_at);
comment on table plugin_runs is 'Attempts of jobs of plugins: how they went, what they cost, what they said.';
select app.touch('plugin_runs');
select app.secure('plugin_runs',
  read => 'owner admin producer', insert => 'none', update => 'none', delete => 'none',
  limit_update => '{"plugin": ["ended_at", "outcome", "message", "compute_ms", "calls", "log", "progress_done", "progress_total", "progress_note", "recording_enc"]}',
  mask => '{"recording": ["owner", "admin", "producer", "plugin"]}');
select app.open_to_plugins('plugin_runs', read => 'install', update => 'install');
-- That it runs, how far it is, and how it ended is news; what it said is read when somebody looks.
select live.track('plugin_runs', topics => 'org', omit => '{log,recording_enc,node}');
do $$
begin
  revoke select on plugin_runs from hub_app;
  execute (select format('grant select (%s) on plugin_runs to hub_app', string_agg(quote_ident(a.attname), ', ' order by a.attnum))
             from pg_attribute a
            where a.attrelid = 'plugin_runs'::regclass and a.attnum > 0 and a.attname !~ '_enc$');
end $$;
insert into data_classes (table_name, column_name, class, subject_path, on_export, on_erase) values
  ('plugin_runs', 'recording_enc', 'sealed', '-', false, 'shred');
