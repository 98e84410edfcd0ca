-- Relationships: companies, people, the pipeline of deals, and what was done about them when.

-- The companies that the signed-in person acts for, in the current organization.
create function app.my_accounts() returns setof uuid
language plpgsql stable security definer set search_path = public, pg_temp
as $$
begin
  return query select m.account_id from memberships m
                where m.user_id = app.uid() and m.organization_id = app.org() and m.status = 'active'
                  and m.account_id is not null;
end $$;
alter function app.my_accounts() owner to app_definer;

create table accounts (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  brand_id uuid,
  owner_id uuid references users on delete set null,
  name citext not null check (length(name) between 1 and 200),
  types text[] not null default '{}' check (types <@ array['sponsor', 'buyer', 'media', 'client', 'vendor', 'other']),
  industry text,
  website text,
  logo_url text,
  budget_tier text,
  company_info jsonb not null default '{}',
  contact_info_enc sealed,
  status text not null default 'active' check (status in ('active', 'inactive', 'pending', 'archived')),
  tags text[] not null default '{}',
  last_activity_at timestamptz,
  meta_data jsonb not null default '{}',
  search tsvector generated always as (to_tsvector('simple',
    name::text || ' ' || coalesce(industry, '') || ' ' || coalesce(website, ''))) stored,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (organization_id, name),
  unique (organization_id, id),
  foreign key (organization_id, brand_id) references fashion_brands (organization_id, id) on delete set null (brand_id)
);
create index on accounts using gin (search);
create index on accounts using gin (types);
create index on accounts using gin (tags);
create index on accounts (brand_id) where brand_id is not null;
create index on accounts (owner_id) where owner_id is not null;
comment on table accounts is 'Companies: sponsors, buyers, media, clients, vendors. The only directory of them. last_activity_at is the time of the latest activity.';
select app.touch('accounts');
create trigger c_guard_member before insert or update of owner_id on accounts
  for each row execute function app.guard_member('owner_id');
select app.protect('accounts', 'last_activity_at');
select app.secure('accounts',
  read => 'owner admin producer', insert => 'owner admin producer', update => 'owner admin producer', delete => 'owner admin',
  -- Clients and sponsors see the name, the web site and the logo of their own company, no more.
  mask => '{"brand_id": ["client", "sponsor"], "owner_id": ["client", "sponsor"], "types": ["client", "sponsor"],
            "industry": ["client", "sponsor"], "budget_tier": ["client", "sponsor"], "company_info": ["client", "sponsor"],
            "contact_info": ["client", "sponsor"], "status": ["client", "sponsor"], "tags": ["client", "sponsor"],
            "last_activity_at": ["client", "sponsor"], "meta_data": ["client", "sponsor"]}');
select app.also_allow('accounts', 'select', 'client sponsor', 'own', 'id in (select app.my_accounts())');
select live.track('accounts', topics => 'org');

create table contacts (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  brand_id uuid,
  account_id uuid,
  owner_id uuid references users on delete set null,
  name text not null check (length(name) between 1 and 200),
  email_enc sealed,
  email_bidx blind_index,
  whatsapp_enc sealed,
  whatsapp_bidx blind_index,
  role text,
  tags text[] not null default '{}',
  sentiment_score numeric(4, 3) check (sentiment_score between -1 and 1),
  bio_grounded text,
  status text not null default 'active' check (status in ('new', 'active', 'archived')),
  last_activity_at timestamptz,
  search tsvector generated always as (to_tsvector('simple',
    name || ' ' || coalesce(role, '') || ' ' || coalesce(bio_grounded, ''))) stored,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (organization_id, id),
  foreign key (organization_id, brand_id) references fashion_brands (organization_id, id) on delete set null (brand_id),
  foreign key (organization_id, account_id) references accounts (organization_id, id) on delete set null (account_id)
);
create unique index on contacts (organization_id, email_bidx) where email_bidx is not null;
create unique index on contacts (organization_id, whatsapp_bidx) where whatsapp_bidx is not null;
create index on contacts using gin (search);
create index on contacts using gin (tags);
create index on contacts (organization_id, last_activity_at);
create index on contacts (organization_id, sentiment_score);
create index on contacts (brand_id) where brand_id is not null;
create index on contacts (account_id) where account_id is not null;
create index on contacts (owner_id) where owner_id is not null;
comment on table contacts is 'People of the relationships. One e-mail address and one WhatsApp number an organization, whatever their case. last_activity_at is the time of the latest activity.';
select app.touch('contacts');
create trigger c_guard_member before insert or update of owner_id on contacts
  for each row execute function app.guard_member('owner_id');
select app.protect('contacts', 'last_activity_at');
select app.secure('contacts',
  read => 'owner admin producer', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin producer');
select live.track('contacts', topics => 'org');

create table contact_segments (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  name text not null,
  description text,
  kind text not null default 'dynamic' check (kind in ('dynamic', 'static', 'archive')),
  filter jsonb not null default '{}',
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (organization_id, name),
  unique (organization_id, id)
);
comment on table contact_segments is 'Saved segments: by a filter, by hand, and the archive.';
select app.touch('contact_segments');
select app.secure('contact_segments',
  read => 'owner admin producer', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin producer');
select live.track('contact_segments', topics => 'org');

create table contact_segment_members (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  segment_id uuid not null,
  contact_id uuid,
  account_id uuid,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  foreign key (organization_id, segment_id) references contact_segments (organization_id, id) on delete cascade,
  foreign key (organization_id, contact_id) references contacts (organization_id, id) on delete cascade,
  foreign key (organization_id, account_id) references accounts (organization_id, id) on delete cascade,
  constraint one_party check (num_nonnulls(contact_id, account_id) = 1)
);
create unique index on contact_segment_members (segment_id, contact_id) where contact_id is not null;
create unique index on contact_segment_members (segment_id, account_id) where account_id is not null;
create index on contact_segment_members (organization_id);
create index on contact_segment_members (segment_id);
create index on contact_segment_members (contact_id) where contact_id is not null;
create index on contact_segment_members (account_id) where account_id is not null;
comment on table contact_segment_members is 'Who was put into a segment by hand.';
select app.touch('contact_segment_members');
select app.secure('contact_segment_members',
  read => 'owner admin producer', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin producer');
select live.track('contact_segment_members', topics => 'org');

-- Companies that waited.
alter table memberships add foreign key (organization_id, account_id)
  references accounts (organization_id, id) on delete set null (account_id);
create index on memberships (account_id) where account_id is not null;
alter table invitations add foreign key (organization_id, account_id)
  references accounts (organization_id, id) on delete cascade;
create index on invitations (account_id) where account_id is not null;
alter table tasks add foreign key (organization_id, contact_id)
  references contacts (organization_id, id) on delete cascade;

insert into data_classes (table_name, column_name, class, subject_path, on_export, on_erase) values
  ('accounts', 'contact_info_enc', 'sealed', '-', true, 'shred'),
  ('contacts', 'name', 'personal', 'self', true, 'tombstone'),
  ('contacts', 'email_enc', 'sealed', 'self', true, 'shred'),
  ('contacts', 'email_bidx', 'sealed', 'self', false, 'null'),
  ('contacts', 'whatsapp_enc', 'sealed', 'self', true, 'shred'),
  ('contacts', 'whatsapp_bidx', 'sealed', 'self', false, 'null'),
  ('contacts', 'role', 'personal', 'self', true, 'null'),
  ('contacts', 'bio_grounded', 'personal', 'self', true, 'null');
