-- The keys that sign access tokens, and accounts at outside identity providers.

create table hub.signing_keys (
  id uuid primary key default app.uuid7(),
  algorithm text not null default 'ES256' check (algorithm = 'ES256'),
  -- The private scalar, wrapped by the master key, which is not in the database.
  wrapped_key bytea not null,
  created_at timestamptz not null default now(),
  -- Published from its creation; signs from here on, when every hub and every verifier knows it.
  signs_from timestamptz not null,
  -- Nothing that it signed is believed any more; null while no later key has replaced it.
  verifies_until timestamptz
);
comment on table hub.signing_keys is 'Keys of access tokens. The newest whose time has come signs; those before it verify until what they signed has expired.';
grant select, insert, update, delete on hub.signing_keys to hub_worker;

create table user_identities (
  id uuid primary key default app.uuid7(),
  user_id uuid not null references users on delete cascade,
  -- The provider's name in the hub's configuration.
  provider text not null check (provider ~ '^[a-z0-9_-]{1,40}$'),
  -- Of the provider's issuer and the subject that it knows the person by.
  subject_bidx blind_index not null,
  created_at timestamptz not null default now(),
  last_sign_in_at timestamptz,
  unique (provider, subject_bidx)
);
create index on user_identities (user_id);
comment on table user_identities is 'Accounts at outside identity providers that a person has linked. Nothing else lets an outside token in, an equal address least of all.';

alter table user_identities enable row level security;
alter table user_identities force row level security;
create policy system on user_identities using ((select app.is_system())) with check ((select app.is_system()));
grant select, insert, update, delete on user_identities to hub_worker;

insert into app.access (table_name, verb, role, scope)
select 'user_identities', verb, 'system', 'all' from unnest(array['select', 'insert', 'update', 'delete']) verb;

insert into data_classes (table_name, column_name, class, subject_path, on_export, on_erase) values
  ('user_identities', 'subject_bidx', 'sealed', 'user_id', false, 'delete_row');
