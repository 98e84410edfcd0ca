-- What is said to partners, with the approval of every outbound word in the table itself; and what sponsors commit.

create table conversations (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  contact_id uuid not null,
  account_id uuid,
  deal_id uuid,
  connection_id uuid,
  channel text not null check (channel in ('email', 'whatsapp')),
  subject text,
  external_thread_id text,
  status text not null default 'open' check (status in ('open', 'closed')),
  last_message_at timestamptz,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (organization_id, id),
  foreign key (organization_id, contact_id) references contacts (organization_id, id) on delete cascade,
  foreign key (organization_id, account_id) references accounts (organization_id, id) on delete set null (account_id),
  foreign key (organization_id, deal_id) references deals (organization_id, id) on delete set null (deal_id)
);
create unique index on conversations (organization_id, channel, external_thread_id) where external_thread_id is not null;
create index on conversations (organization_id, last_message_at desc);
create index on conversations (contact_id);
create index on conversations (account_id) where account_id is not null;
create index on conversations (deal_id) where deal_id is not null;
create index on conversations (connection_id) where connection_id is not null;
comment on table conversations is 'Threads with a contact, by e-mail or WhatsApp. last_message_at is the time of the latest message that was received or sent.';
select app.touch('conversations');
select app.protect('conversations', 'last_message_at');
select app.secure('conversations',
  read => 'owner admin producer', insert => 'owner admin producer', update => 'owner admin producer', delete => 'owner admin');
select live.track('conversations', topics => 'org');

create table conversation_reads (
  -- The journal knows rows by a uuid.
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  conversation_id uuid not null,
  user_id uuid not null default app.uid() references users on delete cascade,
  last_read_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (conversation_id, user_id),
  foreign key (organization_id, conversation_id) references conversations (organization_id, id) on delete cascade
);
create index on conversation_reads (organization_id);
create index on conversation_reads (user_id);
comment on table conversation_reads is 'How far somebody has read a conversation; seen by nobody else.';
select app.touch('conversation_reads');
select app.secure('conversation_reads', read => 'any@own', insert => 'any@own', update => 'any@own', delete => 'any@own');
select live.track('conversation_reads', topics => 'org');

create table messages (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  conversation_id uuid not null,
  -- The conversation's, if not said: who it goes to is part of what is approved.
  contact_id uuid,
  deal_id uuid,
  ai_run_id uuid,
  direction text not null check (direction in ('inbound', 'outbound')),
  channel text not null check (channel in ('email', 'whatsapp')),
  subject text,
  body text not null,
  status text not null default 'draft' check (status in
    ('draft', 'pending_approval', 'approved', 'dispatching', 'sent', 'delivered', 'failed', 'rejected', 'received')),
  approved_by uuid references users on delete set null,
  approved_at timestamptz,
  -- Of exactly what was approved.
  approved_digest text,
  sent_at timestamptz,
  external_id text,
  error text,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (organization_id, id),
  foreign key (organization_id, conversation_id) references conversations (organization_id, id) on delete cascade,
  foreign key (organization_id, contact_id) references contacts (organization_id, id) on delete cascade,
  foreign key (organization_id, deal_id) references deals (organization_id, id) on delete set null (deal_id),
  constraint approval_gate check (direction = 'inbound' or status in ('draft', 'pending_approval', 'rejected')
    or (approved_at is not null and approved_digest is not null)),
  constraint inbound_is_received check ((direction = 'inbound') = (status = 'received'))
);
create unique index on messages (organization_id, channel, external_id) where external_id is not null;
create index on messages (conversation_id, created_at);
create index on messages (contact_id) where contact_id is not null;
create index on messages (deal_id) where deal_id is not null;
create index on messages (ai_run_id) where ai_run_id is not null;
create index on messages (approved_by) where approved_by is not null;
comment on table messages is 'Messages by e-mail and WhatsApp. Nothing leaves that a person has not approved in exactly this wording.';
select app.touch('messages');
select app.secure('messages',
  read => 'owner admin producer', insert => 'owner admin producer', update => 'owner admin producer', delete => 'owner admin');
select app.also_allow('messages', 'delete', 'producer', 'draft', 'status = ''draft''');
select live.track('messages', topics => 'org');

create function app.message_digest(message messages) returns text
language sql stable
as $$
  select encode(sha256(convert_to(jsonb_build_array(
    message.conversation_id, message.contact_id, message.channel, message.subject, message.body)::text, 'utf8')), 'hex')
$$;

-- Only a person who runs productions, at their own request, approves; never the hub, a plugin or an agent. Whatever else
-- is changed in what was approved throws the approval away.
create function app.guard_message_approval() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  rewritten boolean;
begin
  if tg_op = 'INSERT' then
    new.contact_id := coalesce(new.contact_id, (
      select c.contact_id from conversations c where c.organization_id = new.organization_id and c.id = new.conversation_id));
    if new.status not in ('draft', 'pending_approval', 'received')
       or num_nonnulls(new.approved_by, new.approved_at, new.approved_digest) > 0 then
      raise exception 'a message begins as a draft'
        using errcode = '23514', constraint = 'begins_as_draft', table = 'messages';
    end if;
    return new;
  end if;

  rewritten := app.message_digest(new) <> app.message_digest(old);
  if rewritten and new.direction = 'outbound' and old.status in ('dispatching', 'sent', 'delivered')
     -- The hub erases people.
     and not (app.is_system() and new.status = old.status and old.status <> 'dispatching') then
    raise exception 'a message that is on its way is not rewritten'
      using errcode = '23514', constraint = 'sent_is_kept', table = 'messages';
  end if;
  -- Nobody writes the approval by hand; it may lose a person who is deleted.
  if new.approved_by is not null or exists (select from users u where u.id = old.approved_by) then
    new.approved_by := old.approved_by;
  end if;
  new.approved_at := old.approved_at;
  new.approved_digest := old.approved_digest;

  if rewritten and old.status in ('approved', 'failed') then
    new.status := 'draft';
  elsif new.status <> old.status and (old.status, new.status) not in (
      ('draft', 'pending_approval'), ('draft', 'approved'), ('pending_approval', 'draft'), ('pending_approval', 'approved'),
      ('pending_approval', 'rejected'), ('rejected', 'draft'), ('approved', 'draft'), ('approved', 'dispatching'),
      ('dispatching', 'sent'), ('dispatching', 'delivered'), ('dispatching', 'failed'), ('sent', 'delivered'),
      ('sent', 'failed'), ('failed', 'draft'), ('failed', 'dispatching')) then
    raise exception 'a message does not go from % to %', old.status, new.status
      using errcode = '23514', constraint = 'message_flow', table = 'messages', column = 'status';
  end if;

  if new.status in ('draft', 'pending_approval', 'rejected') then
    new.approved_by := null;
    new.approved_at := null;
    new.approved_digest := null;
  elsif new.status = 'approved' and old.status <> 'approved' then
    if session_user = 'hub_worker' or app.uid() is null or app.device_id() is not null
       or coalesce(app.role(), '') not in ('owner', 'admin', 'producer') then
      raise exception 'only a person approves a message'
        using errcode = '42501', constraint = 'person_approves', table = 'messages';
    end if;
    new.approved_by := app.uid();
    new.approved_at := now();
    new.approved_digest := app.message_digest(new);
  elsif new.status = 'dispatching' and old.status <> 'dispatching'
        and new.approved_digest is distinct from app.message_digest(new) then
    raise exception 'the message is not the one that was approved'
      using errcode = '23514', constraint = 'approved_as_is', table = 'messages';
  end if;
  return new;
end $$;
alter function app.guard_message_approval() owner to app_definer;
create trigger c_guard_approval before insert or update on messages
  for each row execute function app.guard_message_approval();

create function app.touch_conversation() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  touched uuid[] := '{}';
begin
  if tg_op <> 'DELETE' then
    touched := array(select r.conversation_id from new_rows r);
  end if;
  if tg_op <> 'INSERT' then
    touched := touched || array(select r.conversation_id from old_rows r);
  end if;
  perform from conversations c where c.id = any (touched) order by c.id for no key update;
  update conversations c set last_message_at = d.latest
    from (select x.id, (select max(coalesce(m.sent_at, m.created_at)) from messages m
                         where m.conversation_id = x.id and m.status in ('received', 'sent', 'delivered')) as latest
            from conversations x where x.id = any (touched)) d
   where c.id = d.id and c.last_message_at is distinct from d.latest;
  return null;
end $$;
alter function app.touch_conversation() owner to app_definer;
create trigger touch_conversation_i after insert on messages referencing new table as new_rows
  for each statement execute function app.touch_conversation();
create trigger touch_conversation_u after update on messages referencing old table as old_rows new table as new_rows
  for each statement execute function app.touch_conversation();
create trigger touch_conversation_d after delete on messages referencing old table as old_rows
  for each statement execute function app.touch_conversation();

alter table activities add foreign key (organization_id, message_id)
  references messages (organization_id, id) on delete set null (message_id);

create table sponsorship_packages (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  -- Null: offered on any event.
  event_id uuid,
  name text not null check (length(name) between 1 and 200),
  description text,
  tier text not null,
  price amount not null default 0 check (price >= 0),
  currency currency_code not null default 'USD',
  benefits jsonb not null default '[]',
  -- Null: unlimited.
  availability int check (availability >= 0),
  sold_count int not null default 0 check (sold_count >= 0),
  valid_during tstzrange,
  meta_data jsonb not null default '{}',
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (organization_id, id),
  foreign key (organization_id, event_id) references events (organization_id, id) on delete cascade,
  constraint no_oversell check (availability is null or sold_count <= availability)
);
create index on sponsorship_packages (event_id) where event_id is not null;
comment on table sponsorship_packages is 'Packages for sponsors. sold_count counts the sponsorships that are not cancelled.';
select app.touch('sponsorship_packages');
select app.protect('sponsorship_packages', 'sold_count');
select app.secure('sponsorship_packages',
  read => 'owner admin producer sponsor', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin');
select live.track('sponsorship_packages', topics => 'event:event_id, org');

create table event_sponsorships (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  event_id uuid not null,
  sponsor_id uuid not null,
  package_id uuid,
  deal_id uuid,
  tier text not null,
  amount amount not null default 0 check (amount >= 0),
  currency currency_code not null default 'USD',
  status text not null default 'pending' check (status in ('pending', 'active', 'completed', 'cancelled')),
  start_date timestamptz,
  end_date timestamptz,
  terms jsonb not null default '{}',
  meta_data jsonb not null default '{}',
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (event_id, id),
  unique (organization_id, id),
  foreign key (organization_id, event_id) references events (organization_id, id) on delete cascade,
  foreign key (organization_id, sponsor_id) references accounts (organization_id, id) on delete cascade,
  foreign key (organization_id, package_id) references sponsorship_packages (organization_id, id)
    on delete set null (package_id),
  foreign key (organization_id, deal_id) references deals (organization_id, id) on delete set null (deal_id),
  constraint end_after_start check (end_date is null or start_date is null or end_date >= start_date)
);
create unique index on event_sponsorships (deal_id) where deal_id is not null;
create index on event_sponsorships (sponsor_id);
create index on event_sponsorships (package_id) where package_id is not null;
comment on table event_sponsorships is 'What a company commits to an event. A deal becomes one sponsorship.';
select app.touch('event_sponsorships');
select app.secure('event_sponsorships',
  read => 'owner admin producer', insert => 'owner admin producer', update => 'owner admin producer', delete => 'owner admin');
select app.also_allow('event_sponsorships', 'select', 'sponsor', 'own', 'sponsor_id in (select app.my_accounts())');
select live.track('event_sponsorships', topics => 'event:event_id');

-- Counted anew under the packages' row locks, in the order of their ids: of two sponsors who take the last one at the
-- same moment, one is refused. A package of one event is not sold for another.
create function app.guard_package_counts() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  touched uuid[] := '{}';
begin
  if tg_op <> 'DELETE' then
    touched := array(select r.package_id from new_rows r where r.package_id is not null);
  end if;
  if tg_op <> 'INSERT' then
    touched := touched || array(select r.package_id from old_rows r where r.package_id is not null);
  end if;
  if touched = '{}' then
    return null;
  end if;
  perform from sponsorship_packages p where p.id = any (touched) order by p.id for no key update;
  if exists (select from event_sponsorships s join sponsorship_packages p on p.id = s.package_id
              where p.id = any (touched) and p.event_id <> s.event_id) then
    raise exception 'the package is offered on another event'
      using errcode = '23514', constraint = 'package_of_event', table = 'event_sponsorships', column = 'package_id';
  end if;
  update sponsorship_packages p set sold_count = d.sold
    from (select x.id, count(s.id) as sold
            from sponsorship_packages x
            left join event_sponsorships s on s.package_id = x.id and s.status <> 'cancelled'
           where x.id = any (touched) group by x.id) d
   where p.id = d.id and p.sold_count <> d.sold;
  return null;
end $$;
alter function app.guard_package_counts() owner to app_definer;
create trigger guard_package_counts_i after insert on event_sponsorships referencing new table as new_rows
  for each statement execute function app.guard_package_counts();
create trigger guard_package_counts_u after update on event_sponsorships referencing old table as old_rows new table as new_rows
  for each statement execute function app.guard_package_counts();
create trigger guard_package_counts_d after delete on event_sponsorships referencing old table as old_rows
  for each statement execute function app.guard_package_counts();

create function app.guard_package_event() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  if exists (select from event_sponsorships s where s.package_id = new.id and s.event_id <> new.event_id) then
    raise exception 'the package was sold for another event'
      using errcode = '23514', constraint = 'package_of_event', table = 'sponsorship_packages', column = 'event_id';
  end if;
  return null;
end $$;
alter function app.guard_package_event() owner to app_definer;
create trigger guard_package_event after update on sponsorship_packages
  for each row when (old.event_id is distinct from new.event_id) execute function app.guard_package_event();

create table sponsor_deliverables (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  event_id uuid not null,
  sponsorship_id uuid not null,
  title text not null check (length(title) between 1 and 300),
  description text,
  due_date date,
  status text not null default 'pending' check (status in ('pending', 'in_progress', 'delivered', 'approved')),
  asset_id uuid,
  delivered_at timestamptz,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  foreign key (organization_id, event_id) references events (organization_id, id) on delete cascade,
  foreign key (event_id, sponsorship_id) references event_sponsorships (event_id, id) on delete cascade
);
create index on sponsor_deliverables (organization_id);
create index on sponsor_deliverables (event_id);
create index on sponsor_deliverables (sponsorship_id);
create index on sponsor_deliverables (asset_id) where asset_id is not null;
comment on table sponsor_deliverables is 'What was promised to a sponsor, and whether it was delivered. asset_id is the proof.';
select app.touch('sponsor_deliverables');
select app.secure('sponsor_deliverables',
  read => 'owner admin producer', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin producer');
select app.also_allow('sponsor_deliverables', 'select', 'sponsor', 'own', 'sponsorship_id in (select s.id from event_sponsorships s)');
select live.track('sponsor_deliverables', topics => 'event:event_id');

insert into data_classes (table_name, column_name, class, subject_path, on_export, on_erase) values
  ('messages', 'subject', 'personal', 'contact_id', true, 'null'),
  ('messages', 'body', 'personal', 'contact_id', true, 'tombstone');
