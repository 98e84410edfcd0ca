-- Campaigns, activations and what they moved; forecasts; notifications.

create table campaigns (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  brand_id uuid,
  name text not null check (length(name) between 1 and 300),
  description text,
  type text check (type in ('email', 'social', 'push')),
  status text not null default 'draft' check (status in ('draft', 'active', 'completed')),
  start_date timestamptz,
  end_date timestamptz,
  brand_signals jsonb not null default '{}',
  strategy jsonb not null default '{}',
  assets jsonb not null default '[]',
  channel_packs jsonb not null default '{}',
  meta_data jsonb not null default '{}',
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (organization_id, id),
  foreign key (organization_id, brand_id) references fashion_brands (organization_id, id) on delete set null (brand_id),
  constraint end_after_start check (end_date is null or start_date is null or end_date >= start_date)
);
create index on campaigns (brand_id) where brand_id is not null;
comment on table campaigns is 'Marketing campaigns: signals, strategy and packs for each channel.';
select app.touch('campaigns');
select app.secure('campaigns',
  read => 'owner admin producer', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin');
select app.open_to_plugins('campaigns', read => 'social:read', update => 'social:write');
select live.track('campaigns', topics => 'org');

create table notifications (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  user_id uuid not null references users on delete cascade,
  type text not null check (type in ('email', 'sms', 'push')),
  title text not null,
  content text,
  status text not null default 'pending' check (status in ('pending', 'sent', 'failed')),
  sent_at timestamptz,
  read_at timestamptz,
  entity_type text,
  entity_id uuid,
  meta_data jsonb not null default '{}',
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  constraint sent_has_time check (status <> 'sent' or sent_at is not null)
);
create index on notifications (user_id, created_at desc);
create index on notifications (status) where status = 'pending';
create index on notifications (organization_id);
comment on table notifications is 'What one person is told. Nobody else reads it.';
select app.touch('notifications');
create trigger c_guard_member before insert or update of user_id on notifications
  for each row execute function app.guard_member('user_id');
select app.secure('notifications',
  read => 'any@own', insert => 'owner admin producer', update => 'any@own', delete => 'any@own');
select live.track('notifications', topics => 'org');

create table activations (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  brand_id uuid,
  event_id uuid,
  campaign_id uuid,
  sponsor_id uuid,
  name text not null check (length(name) between 1 and 300),
  channel text not null check (channel in ('social', 'physical')),
  platform text,
  location text,
  starts_at timestamptz,
  ends_at timestamptz,
  status text not null default 'planned' check (status in ('planned', 'live', 'ended')),
  -- Derived: app.heat() over what was measured; null while nothing was.
  heat_score numeric(8, 3),
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (organization_id, id),
  foreign key (organization_id, brand_id) references fashion_brands (organization_id, id) on delete set null (brand_id),
  foreign key (organization_id, event_id) references events (organization_id, id) on delete cascade,
  foreign key (organization_id, campaign_id) references campaigns (organization_id, id) on delete set null (campaign_id),
  constraint end_after_start check (ends_at >= starts_at)
);
create index on activations (brand_id) where brand_id is not null;
create index on activations (event_id) where event_id is not null;
create index on activations (campaign_id) where campaign_id is not null;
create index on activations (sponsor_id) where sponsor_id is not null;
comment on table activations is 'What a brand does to be noticed, on social channels and in the street, and how hot it ran.';
select app.touch('activations');
select app.protect('activations', 'heat_score');
select app.secure('activations',
  read => 'owner admin producer', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin');
select live.track('activations', topics => 'event:event_id, org!');

create table impact_metrics (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  event_id uuid,
  project_id uuid,
  activation_id uuid,
  deal_id uuid,
  metric text not null check (metric in
    ('reach', 'impressions', 'engagement', 'emv', 'sales', 'sales_lift', 'footfall', 'mentions', 'leads')),
  value numeric(18, 4) not null,
  currency currency_code,
  measured_at timestamptz not null,
  source text not null default 'manual',
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  -- A connector that reports the same measurement again changes it.
  unique nulls not distinct (organization_id, event_id, project_id, activation_id, deal_id, metric, measured_at, source),
  foreign key (organization_id, event_id) references events (organization_id, id) on delete cascade,
  foreign key (organization_id, activation_id) references activations (organization_id, id) on delete cascade,
  constraint has_parent check (num_nonnulls(event_id, project_id, activation_id, deal_id) >= 1),
  constraint money_has_currency check (metric not in ('emv', 'sales') or currency is not null)
);
create index on impact_metrics (event_id, metric, measured_at);
create index on impact_metrics (project_id, metric, measured_at);
create index on impact_metrics (deal_id, metric, measured_at);
create index on impact_metrics (activation_id) where activation_id is not null;
comment on table impact_metrics is 'What was measured: reach, engagement, earned media value, sales, footfall. Each row is what its source has added.';
select app.touch('impact_metrics');
select app.secure('impact_metrics',
  read => 'owner admin producer', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin producer');
-- An update finds its row by reading it.
select app.open_to_plugins('impact_metrics', read => 'analytics:write', insert => 'analytics:write', update => 'analytics:write');
select live.track('impact_metrics', topics => 'event:event_id, project:project_id, org!');

-- The heat that so much of a metric makes: the order of magnitude counts, and being done something with counts more than
-- being seen. Money is in many currencies and makes none.
create function app.heat(metric text, total numeric) returns numeric
language sql immutable
as $$
  select ln(1 + greatest(total, 0)) * case metric
    when 'reach' then 1 when 'impressions' then 0.5 when 'mentions' then 2 when 'engagement' then 3
    when 'footfall' then 3 when 'leads' then 4 else 0 end
$$;

-- Derived anew for each activation that was touched, under its row lock, in ascending order.
create function app.rollup_heat() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  touched uuid[] := '{}';
begin
  if tg_op <> 'DELETE' then
    touched := array(select r.activation_id from new_rows r where r.activation_id is not null);
  end if;
  if tg_op <> 'INSERT' then
    touched := touched || array(select r.activation_id from old_rows r where r.activation_id is not null);
  end if;
  if touched = '{}' then
    return null;
  end if;
  perform from activations a where a.id = any (touched) order by a.id for no key update;
  update activations a set heat_score = d.heat
    from (select x.id, (select round(sum(app.heat(m.metric, m.total)), 3)
                          from (select i.metric, sum(i.value) as total
                                  from impact_metrics i where i.activation_id = x.id group by i.metric) m) as heat
            from activations x where x.id = any (touched)) d
   where a.id = d.id and a.heat_score is distinct from d.heat;
  return null;
end $$;
alter function app.rollup_heat() owner to app_definer;
create trigger rollup_heat_i after insert on impact_metrics referencing new table as new_rows
  for each statement execute function app.rollup_heat();
create trigger rollup_heat_u after update on impact_metrics referencing old table as old_rows new table as new_rows
  for each statement execute function app.rollup_heat();
create trigger rollup_heat_d after delete on impact_metrics referencing old table as old_rows
  for each statement execute function app.rollup_heat();

create table roi_forecasts (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  deal_id uuid,
  event_id uuid,
  ai_run_id uuid,
  predicted_emv amount,
  predicted_sales_lift numeric(10, 4),
  predicted_roi numeric(10, 4) not null,
  probability numeric(5, 4) not null check (probability between 0 and 1),
  currency currency_code not null default 'USD',
  inputs jsonb not null default '{}',
  method text not null,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  foreign key (organization_id, event_id) references events (organization_id, id) on delete cascade,
  foreign key (organization_id, ai_run_id) references ai_runs (organization_id, id) on delete set null (ai_run_id),
  constraint has_parent check (num_nonnulls(deal_id, event_id) >= 1)
);
create index on roi_forecasts (deal_id, created_at desc);
create index on roi_forecasts (organization_id);
create index on roi_forecasts (event_id) where event_id is not null;
create index on roi_forecasts (ai_run_id) where ai_run_id is not null;
comment on table roi_forecasts is 'Forecasts with their inputs. A new one is a new row; the old ones are the history.';
select app.touch('roi_forecasts');
select app.secure('roi_forecasts',
  read => 'owner admin producer', insert => 'owner admin producer', update => 'none nosystem', delete => 'owner admin');
select live.track('roi_forecasts', topics => 'event:event_id, org!');
