-- Tiers, orders, registrations; and the counts that follow from registrations. No seat is sold twice because the
-- statement that takes it also counts it, under the tier's row lock.

create table ticket_tiers (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  event_id uuid not null,
  name text not null check (length(name) between 1 and 200),
  description text,
  type text not null default 'paid' check (type in ('paid', 'comp', 'press', 'vip')),
  price amount not null default 0 check (price >= 0),
  currency currency_code not null default 'USD',
  quantity_total int not null check (quantity_total >= 0),
  quantity_sold int not null default 0 check (quantity_sold >= 0),
  quantity_held int not null default 0 check (quantity_held >= 0),
  benefits jsonb not null default '[]',
  color text check (color ~ '^#[0-9a-f]{6}$'),
  sale_start timestamptz,
  sale_end timestamptz,
  status text not null default 'active' check (status in ('active', 'inactive', 'sold_out')),
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (event_id, id),
  unique (event_id, name),
  foreign key (organization_id, event_id) references events (organization_id, id) on delete cascade,
  constraint no_oversell check (quantity_sold + quantity_held <= quantity_total),
  constraint sale_window check (sale_end is null or sale_start is null or sale_end > sale_start),
  constraint comp_is_free check (type <> 'comp' or price = 0)
) with (fillfactor = 50);
create index on ticket_tiers (organization_id);
comment on table ticket_tiers is 'Ticket types of an event. sold counts confirmed and attended registrations, held the pending ones; a registration is one ticket, whatever the size of its party.';
select app.touch('ticket_tiers');
select app.protect('ticket_tiers', 'quantity_sold', 'quantity_held');
select app.secure('ticket_tiers',
  read => 'owner admin producer staff@event attendee@event wall@event', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin',
  mask => '{"description": ["wall"], "price": ["wall"], "currency": ["wall"], "benefits": ["wall"],
            "quantity_total": ["wall"], "quantity_sold": ["wall"], "quantity_held": ["wall"],
            "sale_start": ["wall"], "sale_end": ["wall"]}');
select live.track('ticket_tiers', topics => 'event:event_id');

-- Sold out is what the numbers say, whoever changed them. An inactive tier stays inactive.
create function app.flip_sold_out() returns trigger
language plpgsql
as $$
begin
  if new.status <> 'inactive' then
    new.status := case when new.quantity_sold + new.quantity_held >= new.quantity_total then 'sold_out' else 'active' end;
  end if;
  return new;
end $$;
create trigger d_flip_sold_out before insert or update on ticket_tiers
  for each row execute function app.flip_sold_out();

create table tier_counters (
  ticket_tier_id uuid primary key,
  organization_id uuid not null references organizations on delete cascade,
  event_id uuid not null,
  expected_people int not null default 0 check (expected_people >= 0),
  arrived_people int not null default 0 check (arrived_people >= 0),
  inside_people int not null default 0 check (inside_people >= 0),
  updated_at timestamptz not null default now(),
  foreign key (organization_id, event_id) references events (organization_id, id) on delete cascade,
  foreign key (event_id, ticket_tier_id) references ticket_tiers (event_id, id) on delete cascade,
  constraint inside_le_arrived check (inside_people <= arrived_people)
) with (fillfactor = 20);
create index on tier_counters (event_id);
create index on tier_counters (organization_id);
comment on table tier_counters is 'People of a tier, plus-ones included: expected, arrived, inside. Always equal to app.recount().';
select app.protect('tier_counters', 'expected_people', 'arrived_people', 'inside_people');
select app.secure('tier_counters',
  read => 'owner admin producer staff@event wall@event',
  insert => 'none nosystem', update => 'none nosystem', delete => 'none nosystem');
select live.track('tier_counters', topics => 'event:event_id', key => 'ticket_tier_id');

create function app.provision_tier() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  insert into tier_counters (ticket_tier_id, organization_id, event_id) values (new.id, new.organization_id, new.event_id);
  return null;
end $$;
alter function app.provision_tier() owner to app_definer;
create trigger provision_tier after insert on ticket_tiers for each row execute function app.provision_tier();

create table orders (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  event_id uuid,
  user_id uuid references users on delete set null,
  buyer_name_enc sealed,
  buyer_email_enc sealed,
  buyer_email_bidx blind_index,
  status text not null default 'pending' check (status in ('pending', 'completed', 'cancelled', 'refunded')),
  total_amount amount not null default 0 check (total_amount >= 0),
  currency currency_code not null default 'USD',
  payment_status text not null default 'pending' check (payment_status in ('pending', 'paid', 'failed', 'refunded')),
  expires_at timestamptz,
  idempotency_key text,
  meta_data jsonb not null default '{}',
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (organization_id, id),
  foreign key (organization_id, event_id) references events (organization_id, id) on delete cascade
);
create unique index on orders (organization_id, idempotency_key) where idempotency_key is not null;
create index on orders (user_id);
create index on orders (organization_id, status);
create index on orders (buyer_email_bidx);
create index on orders (event_id) where event_id is not null;
comment on table orders is 'Purchases of one or more tickets.';
select app.touch('orders');
select app.secure('orders',
  read => 'owner admin producer attendee@own', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin');
select live.track('orders', topics => 'event:event_id, org');

create table registrations (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  event_id uuid not null,
  ticket_tier_id uuid not null,
  order_id uuid,
  user_id uuid references users on delete set null,
  attendee_name_enc sealed not null,
  attendee_email_enc sealed,
  attendee_email_bidx blind_index,
  status text not null default 'pending' check (status in ('pending', 'confirmed', 'attended', 'cancelled', 'refunded')),
  -- How many people the ticket admits, the guest included.
  party_size smallint not null default 1 check (party_size between 1 and 50),
  arrived_count smallint not null default 0,
  inside_count smallint not null default 0,
  -- Accepted scans inwards that were not annulled; the next one's check_ins.entry_no.
  entries int not null default 0 check (entries >= 0),
  vip boolean not null default false,
  seat text,
  door_note text,
  external_ref text,
  qr_code_data text not null unique check (length(qr_code_data) >= 32),
  unit_price amount not null default 0,
  currency currency_code not null default 'USD',
  purchased_at timestamptz not null default now(),
  hold_expires_at timestamptz,
  checked_in_at timestamptz,
  meta_data jsonb not null default '{}',
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (organization_id, id),
  unique (event_id, id),
  foreign key (organization_id, event_id) references events (organization_id, id) on delete cascade,
  foreign key (event_id, ticket_tier_id) references ticket_tiers (event_id, id) on delete cascade,
  foreign key (organization_id, order_id) references orders (organization_id, id) on delete cascade,
  constraint email_is_whole check ((attendee_email_enc is null) = (attendee_email_bidx is null)),
  constraint attended_has_time check (status <> 'attended' or checked_in_at is not null),
  constraint pending_has_none check (status <> 'pending' or checked_in_at is null),
  constraint people_add_up check (0 <= inside_count and inside_count <= arrived_count and arrived_count <= party_size),
  constraint arrived_when_attended check (case status when 'attended' then arrived_count > 0
                                                      when 'refunded' then true
                                                      else arrived_count = 0 end)
-- No index names status, and there is room in the page: a scan rewrites the row and not one index.
) with (fillfactor = 70);
create unique index on registrations (event_id, external_ref) where external_ref is not null;
create index on registrations (ticket_tier_id);
create index on registrations (user_id) where user_id is not null;
create index on registrations (attendee_email_bidx) where attendee_email_bidx is not null;
create index on registrations (hold_expires_at) where hold_expires_at is not null;
create index on registrations (order_id) where order_id is not null;
comment on table registrations is 'One ticket with one QR code, for one attendee and their party.';
select app.touch('registrations');
select app.secure('registrations',
  read => 'owner admin producer staff@event attendee@own', insert => 'owner admin producer',
  update => 'owner admin producer staff@event', delete => 'owner admin',
  limit_update => '{"staff": ["status", "checked_in_at"]}',
  mask => '{"attendee_email": ["staff"], "qr_code_data": ["staff"]}');
select live.track('registrations', topics => 'event:event_id');

-- Which way a ticket may go. pending -> attended is a supervisor's override, attended -> pending its annulment. Somebody
-- who sets a status by hand means the whole party: counts that were not given follow.
create function app.guard_registration() returns trigger
language plpgsql
as $$
begin
  if tg_op = 'UPDATE' then
    if new.event_id <> old.event_id then
      raise exception 'a registration stays with its event' using errcode = '23514', constraint = 'same_event';
    end if;
    if new.status <> old.status
       and not (case old.status
                  when 'pending' then new.status in ('confirmed', 'cancelled', 'attended')
                  when 'confirmed' then new.status in ('attended', 'cancelled', 'refunded')
                  when 'attended' then new.status in ('confirmed', 'pending', 'refunded')
                  else false end) then
      raise exception 'a % registration cannot become %', old.status, new.status
        using errcode = '23514', constraint = 'status_transition', table = 'registrations', column = 'status';
    end if;
  end if;
  if new.status = 'attended' then
    if new.arrived_count = 0 then
      new.arrived_count := new.party_size;
      new.inside_count := new.party_size;
    end if;
    new.checked_in_at := coalesce(new.checked_in_at, now());
  elsif tg_op = 'UPDATE' and old.status = 'attended' and new.status <> 'refunded' then
    new.arrived_count := 0;
    new.inside_count := 0;
    new.checked_in_at := null;
  end if;
  return new;
end $$;
create trigger c_guard_i before insert on registrations for each row execute function app.guard_registration();
create trigger c_guard_u before update on registrations for each row
  when (old.status <> new.status or old.event_id <> new.event_id) execute function app.guard_registration();

create type app.guest_change as (
  sign int, event_id uuid, tier_id uuid, status text, party_size int, arrived int, inside int, vip boolean
);

create type app.tier_change as (tier_id uuid, expected int, arrived int, inside int);

-- The only writer of what registrations count up to. Once a statement, over all of its rows: each tier that changed is
-- updated once, in ascending order, then each event, so that two statements wait for each other and never in a circle.
-- The limits are part of the updates' conditions: whoever waited for the lock is judged by the numbers it left behind.
create function app.guard_ticket_counts() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  changes app.guest_change[] := '{}';
  people app.tier_change[];
  delta record;
begin
  if tg_op <> 'DELETE' then
    changes := array(
      select row(1, r.event_id, r.ticket_tier_id, r.status, r.party_size, r.arrived_count, r.inside_count, r.vip)::app.guest_change
        from new_rows r);
  end if;
  if tg_op <> 'INSERT' then
    changes := changes || array(
      select row(-1, r.event_id, r.ticket_tier_id, r.status, r.party_size, r.arrived_count, r.inside_count, r.vip)::app.guest_change
        from old_rows r);
  end if;

  for delta in
    select d.* from (
      select c.tier_id,
             sum(c.sign * (c.status in ('confirmed', 'attended'))::int)::int as sold,
             sum(c.sign * (c.status = 'pending')::int)::int as held
        from unnest(changes) c group by c.tier_id) d
     where (d.sold, d.held) <> (0, 0)
     order by d.tier_id
  loop
    update ticket_tiers t
       set quantity_sold = t.quantity_sold + delta.sold, quantity_held = t.quantity_held + delta.held
     where t.id = delta.tier_id
       and (delta.sold + delta.held <= 0
            or t.quantity_sold + t.quantity_held + delta.sold + delta.held <= t.quantity_total);
    if not found and exists (select from ticket_tiers t where t.id = delta.tier_id) then
      raise exception 'the tier % is sold out', (select t.name from ticket_tiers t where t.id = delta.tier_id)
        using errcode = '23514', constraint = 'no_oversell', table = 'ticket_tiers';
    end if;
  end loop;

  people := array(
    select d from (
      select c.tier_id,
             sum(c.sign * (c.status in ('confirmed', 'attended'))::int * c.party_size)::int as expected,
             sum(c.sign * c.arrived)::int as arrived,
             sum(c.sign * c.inside)::int as inside
        from unnest(changes) c group by c.tier_id) d
     where (d.expected, d.arrived, d.inside) <> (0, 0, 0));
  if people <> '{}' then
    update tier_counters t
       set expected_people = t.expected_people + d.expected,
           arrived_people = t.arrived_people + d.arrived,
           inside_people = t.inside_people + d.inside,
           updated_at = now()
      from (select p.* from unnest(people) p join tier_counters k on k.ticket_tier_id = p.tier_id
             order by p.tier_id for no key update of k) d
     where t.ticket_tier_id = d.tier_id;
  end if;

  for delta in
    select d.* from (
      select c.event_id,
             sum(c.sign * (c.status = 'pending')::int)::int as held,
             sum(c.sign * (c.status in ('confirmed', 'attended'))::int)::int as registered,
             sum(c.sign * (c.status = 'attended')::int)::int as checked_in,
             sum(c.sign * (c.status in ('confirmed', 'attended'))::int * c.party_size)::int as expected,
             sum(c.sign * c.arrived)::int as arrived,
             sum(c.sign * c.inside)::int as inside,
             sum(c.sign * (c.vip and c.status in ('confirmed', 'attended'))::int)::int as vip_expected,
             sum(c.sign * (c.vip and c.status = 'attended')::int)::int as vip_arrived
        from unnest(changes) c group by c.event_id) d
     where (d.held, d.registered, d.checked_in, d.expected, d.arrived, d.inside, d.vip_expected, d.vip_arrived)
           <> (0, 0, 0, 0, 0, 0, 0, 0)
     order by d.event_id
  loop
    update event_counters e
       set held_count = e.held_count + delta.held,
           registered_count = e.registered_count + delta.registered,
           checked_in_count = e.checked_in_count + delta.checked_in,
           expected_people = e.expected_people + delta.expected,
           arrived_people = e.arrived_people + delta.arrived,
           inside_people = e.inside_people + delta.inside,
           vip_expected = e.vip_expected + delta.vip_expected,
           vip_arrived = e.vip_arrived + delta.vip_arrived,
           updated_at = now()
     where e.event_id = delta.event_id
       and (delta.held + delta.registered <= 0 or e.capacity_limit is null
            or e.held_count + e.registered_count + delta.held + delta.registered <= e.capacity_limit);
    if not found and exists (select from event_counters e where e.event_id = delta.event_id) then
      raise exception 'the event is full' using errcode = '23514', constraint = 'no_overcapacity', table = 'events';
    end if;
  end loop;
  return null;
end $$;
alter function app.guard_ticket_counts() owner to app_definer;
create trigger guard_ticket_counts_i after insert on registrations referencing new table as new_rows
  for each statement execute function app.guard_ticket_counts();
create trigger guard_ticket_counts_u after update on registrations referencing old table as old_rows new table as new_rows
  for each statement execute function app.guard_ticket_counts();
create trigger guard_ticket_counts_d after delete on registrations referencing old table as old_rows
  for each statement execute function app.guard_ticket_counts();

create view ticket_types with (security_invoker = true) as
  select id, organization_id, event_id, name, description, price, currency, quantity_total as quantity, benefits,
         sale_start, sale_end, status
    from ticket_tiers;
comment on view ticket_types is 'Tiers under the name that older clients use.';

create view tickets with (security_invoker = true) as
  select id, organization_id, event_id, ticket_tier_id as ticket_type_id, order_id, user_id,
         case status when 'confirmed' then 'valid' when 'attended' then 'used' else status end as status,
         purchased_at as purchase_date, qr_code_data as qr_code, meta_data
    from registrations
   where status <> 'pending';
comment on view tickets is 'Registrations as tickets: valid, used, cancelled, refunded. A pending registration is not a ticket yet.';

grant select on ticket_types, tickets to hub_app, hub_worker;
insert into app.masks values
  ('tickets', 'qr_code', 'staff'),
  ('ticket_types', 'description', 'wall'), ('ticket_types', 'price', 'wall'), ('ticket_types', 'currency', 'wall'),
  ('ticket_types', 'quantity', 'wall'), ('ticket_types', 'benefits', 'wall'),
  ('ticket_types', 'sale_start', 'wall'), ('ticket_types', 'sale_end', 'wall');
