-- The pipeline: stages, deals, every move between them, and the activities that keep a deal alive.

create table deal_stages (
  -- The journal knows rows by a uuid; everybody else by their place in the pipeline.
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  stage_index smallint not null check (stage_index >= 0),
  key text not null,
  title text not null,
  -- What must hold to enter: {"needs": [columns of the deal that must be filled]}.
  gate jsonb not null default '{}' check (jsonb_typeof(gate) = 'object'),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (organization_id, stage_index),
  unique (organization_id, key),
  constraint gate_names_columns check (coalesce(gate -> 'needs', '[]') <@ '["contact_id", "brand_id", "event_id", "owner_id",
    "tier", "value_forecast", "actual_roi", "fit_score", "health_score", "roi_probability"]')
);
comment on table deal_stages is 'Stages of an organization''s pipeline, in order. A new organization has Lead, Pitch, Contract and ROI.';
select app.touch('deal_stages');
select app.secure('deal_stages',
  read => 'owner admin producer', insert => 'owner admin', update => 'owner admin', delete => 'owner admin');
select live.track('deal_stages', topics => 'org');

-- The four stages and the archive of contacts, for one organization or for all that have none.
create function app.give_deal_stages(to_organization uuid default null) returns void
language sql security definer set search_path = public, pg_temp
as $$
  insert into deal_stages (organization_id, stage_index, key, title)
  select o.id, s.stage_index, s.key, s.title
    from organizations o
   cross join (values (0, 'lead', 'Lead'), (1, 'pitch', 'Pitch'), (2, 'contract', 'Contract'), (3, 'roi', 'ROI'))
         s (stage_index, key, title)
   where (to_organization is null or o.id = to_organization)
     and not exists (select from deal_stages d where d.organization_id = o.id);
  insert into contact_segments (organization_id, name, description, kind)
  select o.id, 'Archive', 'No opportunity for now', 'archive'
    from organizations o
   where (to_organization is null or o.id = to_organization)
     and not exists (select from contact_segments c where c.organization_id = o.id and c.kind = 'archive');
$$;
alter function app.give_deal_stages(uuid) owner to app_definer;
revoke execute on function app.give_deal_stages(uuid) from public;

create function app.provision_deal_stages() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  perform app.give_deal_stages(new.id);
  return null;
end $$;
alter function app.provision_deal_stages() owner to app_definer;
create trigger provision_deal_stages after insert on organizations
  for each row execute function app.provision_deal_stages();
select app.give_deal_stages();

create table deals (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  account_id uuid not null,
  contact_id uuid,
  brand_id uuid,
  event_id uuid,
  owner_id uuid references users on delete set null,
  title text not null check (length(title) between 1 and 300),
  kind text not null default 'sponsorship' check (kind in ('sponsorship', 'media_placement', 'wholesale', 'other')),
  stage_index smallint not null default 0,
  stage_entered_at timestamptz not null default now(),
  outcome text not null default 'open' check (outcome in ('open', 'won', 'lost')),
  tier text,
  currency currency_code not null default 'USD',
  value_forecast amount not null default 0 check (value_forecast >= 0),
  actual_roi numeric(10, 4),
  fit_score smallint check (fit_score between 0 and 100),
  health_score smallint check (health_score between 0 and 100),
  roi_probability numeric(5, 4) check (roi_probability between 0 and 1),
  at_risk_since timestamptz,
  at_risk_reason text,
  last_activity_at timestamptz not null default now(),
  -- Position inside its column of the board: a fractional index in byte order.
  rank text collate "C" not null default 'n',
  search tsvector generated always as (to_tsvector('simple', title || ' ' || coalesce(tier, ''))) stored,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (organization_id, id),
  foreign key (organization_id, account_id) references accounts (organization_id, id) on delete cascade,
  foreign key (organization_id, contact_id) references contacts (organization_id, id) on delete set null (contact_id),
  foreign key (organization_id, brand_id) references fashion_brands (organization_id, id) on delete set null (brand_id),
  foreign key (organization_id, event_id) references events (organization_id, id) on delete cascade,
  -- A stage that still has deals is not deleted, except with its organization.
  foreign key (organization_id, stage_index) references deal_stages (organization_id, stage_index)
);
create index on deals (organization_id, stage_index, rank);
create index on deals (organization_id, last_activity_at) where outcome = 'open';
create index on deals using gin (search);
create index on deals (event_id);
create index on deals (account_id);
create index on deals (contact_id) where contact_id is not null;
create index on deals (brand_id) where brand_id is not null;
create index on deals (owner_id) where owner_id is not null;
comment on table deals is 'Opportunities: sponsorships, media placements, wholesale. last_activity_at is the time of the latest activity, of the deal''s beginning if there is none.';
select app.touch('deals');
create trigger c_guard_member before insert or update of owner_id on deals
  for each row execute function app.guard_member('owner_id');
select app.protect('deals', 'last_activity_at');
select app.secure('deals',
  read => 'owner admin producer', insert => 'owner admin producer', update => 'owner admin producer', delete => 'owner admin');
select live.track('deals', topics => 'event:event_id, org!');

-- A move that the new stage's gate does not let through is refused, and says what is missing. After the deal's first
-- stage, when it entered one is written here only.
create function app.enter_deal_stage() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  missing text;
begin
  if tg_op = 'INSERT' then
    new.last_activity_at := new.created_at;
  elsif new.stage_index = old.stage_index then
    new.stage_entered_at := old.stage_entered_at;
    return new;
  else
    new.stage_entered_at := now();
  end if;
  select string_agg(n.needed, ', ' order by n.needed) into missing
    from deal_stages s, jsonb_array_elements_text(coalesce(s.gate -> 'needs', '[]')) n (needed)
   where s.organization_id = new.organization_id and s.stage_index = new.stage_index
     and (coalesce(to_jsonb(new) ->> n.needed, '') = '' or (n.needed = 'value_forecast' and new.value_forecast = 0));
  if missing is not null then
    raise exception 'the deal lacks what its stage needs: %', missing
      using errcode = '23514', constraint = 'stage_gate', table = 'deals', column = 'stage_index';
  end if;
  return new;
end $$;
alter function app.enter_deal_stage() owner to app_definer;
-- q_: after protect_derived has seen what was written.
create trigger q_enter_deal_stage before insert or update on deals
  for each row execute function app.enter_deal_stage();

create table deal_stage_history (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  deal_id uuid not null,
  -- Copied from the deal: it names the topic that must hear of the move.
  event_id uuid,
  from_stage smallint,
  to_stage smallint not null,
  moved_by uuid references users on delete set null,
  moved_at timestamptz not null default now(),
  reason text,
  created_at timestamptz not null default now(),
  foreign key (organization_id, deal_id) references deals (organization_id, id) on delete cascade
);
create index on deal_stage_history (deal_id, moved_at);
create index on deal_stage_history (organization_id);
create index on deal_stage_history (moved_by) where moved_by is not null;
comment on table deal_stage_history is 'Every move of a deal from stage to stage, beginning with its first. reason is what the mover said (setting app.reason).';
select app.secure('deal_stage_history',
  read => 'owner admin producer', insert => 'owner admin producer', update => 'none nosystem', delete => 'none nosystem');
select live.track('deal_stage_history', topics => 'event:event_id, org!');

create function app.follow_deal() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  new.event_id := (select d.event_id from deals d where d.organization_id = new.organization_id and d.id = new.deal_id);
  return new;
end $$;
alter function app.follow_deal() owner to app_definer;
create trigger c_follow_deal before insert or update on deal_stage_history
  for each row execute function app.follow_deal();

create function app.log_deal_stage() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  if tg_op = 'INSERT' or new.stage_index <> old.stage_index then
    insert into deal_stage_history (organization_id, deal_id, from_stage, to_stage, moved_by, reason)
    values (new.organization_id, new.id, case tg_op when 'UPDATE' then old.stage_index end, new.stage_index,
            case live.writer_kind() when 'user' then live.writer_id() end, app.setting('reason'));
  end if;
  if tg_op = 'UPDATE' and new.event_id is distinct from old.event_id then
    update deal_stage_history set event_id = new.event_id where deal_id = new.id;
  end if;
  return null;
end $$;
alter function app.log_deal_stage() owner to app_definer;
create trigger log_deal_stage_i after insert on deals for each row execute function app.log_deal_stage();
create trigger log_deal_stage_u after update on deals for each row
  when ((old.stage_index, old.event_id) is distinct from (new.stage_index, new.event_id))
  execute function app.log_deal_stage();

create table activities (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  contact_id uuid,
  account_id uuid,
  deal_id uuid,
  type text not null check (type in ('email', 'whatsapp', 'call', 'meeting', 'note', 'stage_change', 'system')),
  direction text check (direction in ('inbound', 'outbound')),
  content text,
  metadata_json jsonb not null default '{}',
  message_id uuid,
  occurred_at timestamptz not null default now(),
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  foreign key (organization_id, contact_id) references contacts (organization_id, id) on delete cascade,
  foreign key (organization_id, account_id) references accounts (organization_id, id) on delete cascade,
  foreign key (organization_id, deal_id) references deals (organization_id, id) on delete set null (deal_id),
  constraint has_party check (num_nonnulls(contact_id, account_id) >= 1)
);
create index on activities (contact_id, occurred_at desc);
create index on activities (account_id, occurred_at desc);
create index on activities (deal_id, occurred_at desc);
create index on activities (organization_id, occurred_at desc);
create index on activities (message_id) where message_id is not null;
comment on table activities is 'The timeline of a relationship: mails, messages, calls, meetings, notes.';
select app.touch('activities');
select app.secure('activities', own => 'created_by',
  read => 'owner admin producer', insert => 'owner admin producer',
  update => 'owner admin producer@own', delete => 'owner admin');
select live.track('activities', topics => 'org');

-- Derived anew under the rows' locks, companies before people before deals, each in the order of their ids. A deal that
-- is stirred is no longer at risk.
create function app.touch_last_activity() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  touched_accounts uuid[] := '{}';
  touched_contacts uuid[] := '{}';
  touched_deals uuid[] := '{}';
begin
  if tg_op <> 'DELETE' then
    select array_agg(r.account_id), array_agg(r.contact_id), array_agg(r.deal_id)
      into touched_accounts, touched_contacts, touched_deals from new_rows r;
  end if;
  if tg_op <> 'INSERT' then
    select touched_accounts || array_agg(r.account_id), touched_contacts || array_agg(r.contact_id),
           touched_deals || array_agg(r.deal_id)
      into touched_accounts, touched_contacts, touched_deals from old_rows r;
  end if;

  perform from accounts a where a.id = any (touched_accounts) order by a.id for no key update;
  update accounts a set last_activity_at = d.latest
    from (select x.id, (select max(v.occurred_at) from activities v where v.account_id = x.id) as latest
            from accounts x where x.id = any (touched_accounts)) d
   where a.id = d.id and a.last_activity_at is distinct from d.latest;
  perform from contacts c where c.id = any (touched_contacts) order by c.id for no key update;
  update contacts c set last_activity_at = d.latest
    from (select x.id, (select max(v.occurred_at) from activities v where v.contact_id = x.id) as latest
            from contacts x where x.id = any (touched_contacts)) d
   where c.id = d.id and c.last_activity_at is distinct from d.latest;
  perform from deals w where w.id = any (touched_deals) order by w.id for no key update;
  update deals w set
         last_activity_at = d.latest,
         at_risk_since = case when d.latest > w.last_activity_at then null else w.at_risk_since end,
         at_risk_reason = case when d.latest > w.last_activity_at then null else w.at_risk_reason end
    from (select x.id, greatest(x.created_at, (select max(v.occurred_at) from activities v where v.deal_id = x.id)) as latest
            from deals x where x.id = any (touched_deals)) d
   where w.id = d.id and w.last_activity_at <> d.latest;
  return null;
end $$;
alter function app.touch_last_activity() owner to app_definer;
create trigger touch_last_activity_i after insert on activities referencing new table as new_rows
  for each statement execute function app.touch_last_activity();
create trigger touch_last_activity_u after update on activities referencing old table as old_rows new table as new_rows
  for each statement execute function app.touch_last_activity();
create trigger touch_last_activity_d after delete on activities referencing old table as old_rows
  for each statement execute function app.touch_last_activity();

-- Deals that waited.
alter table tasks add foreign key (organization_id, deal_id) references deals (organization_id, id) on delete cascade;

insert into data_classes (table_name, column_name, class, subject_path, on_export, on_erase) values
  ('activities', 'content', 'personal', 'contact_id', true, 'null');
