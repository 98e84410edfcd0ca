-- Money owed: invoices with their lines, milestones. Totals are derived, and what was issued stays as it was.

create table invoices (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  number text not null check (number <> ''),
  project_id uuid,
  event_id uuid,
  account_id uuid,
  sponsorship_id uuid,
  status text not null default 'draft' check (status in ('draft', 'open', 'paid', 'void', 'uncollectible')),
  currency currency_code not null default 'USD',
  subtotal amount not null default 0,
  tax amount not null default 0 check (tax >= 0),
  total amount not null default 0 check (total >= 0),
  amount_paid amount not null default 0 check (amount_paid >= 0),
  issued_at timestamptz,
  due_date date,
  paid_at timestamptz,
  provider text check (provider in ('stripe', 'manual')),
  provider_invoice_id text,
  hosted_url text,
  pdf_asset_id uuid,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (organization_id, number),
  unique (organization_id, id),
  foreign key (organization_id, project_id) references projects (organization_id, id) on delete set null (project_id),
  foreign key (organization_id, event_id) references events (organization_id, id) on delete set null (event_id),
  foreign key (organization_id, pdf_asset_id) references assets (organization_id, id) on delete set null (pdf_asset_id),
  constraint total_adds_up check (total = subtotal + tax),
  constraint not_overpaid check (amount_paid <= total),
  constraint issued check (status = 'draft' or issued_at is not null)
);
create unique index on invoices (provider, provider_invoice_id) where provider_invoice_id is not null;
create index on invoices (project_id) where project_id is not null;
create index on invoices (event_id) where event_id is not null;
create index on invoices (account_id) where account_id is not null;
create index on invoices (sponsorship_id) where sponsorship_id is not null;
create index on invoices (pdf_asset_id) where pdf_asset_id is not null;
comment on table invoices is 'Invoices to clients and sponsors. subtotal is the sum of the lines, amount_paid that of the payments, less refunds. An issued invoice keeps its number, currency and lines.';
select app.touch('invoices');
select app.protect('invoices', 'subtotal', 'total', 'amount_paid');
select app.secure('invoices',
  read => 'owner admin producer', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'none');
select app.also_allow('invoices', 'delete', 'owner admin', 'draft', 'status = ''draft''');
select app.also_allow('invoices', 'select', 'client', 'shown', 'status <> ''draft'' and project_id in (select app.my_projects())');
select app.also_allow('invoices', 'select', 'client sponsor', 'account', 'status <> ''draft'' and account_id = (select app.my_account())');
select live.track('invoices', topics => 'project:project_id, event:event_id, org');

-- After the derived columns were protected (p) the total may follow the tax (q).
create function app.guard_invoice() returns trigger
language plpgsql
as $$
begin
  if tg_op = 'UPDATE' and old.status <> 'draft'
     and (new.status = 'draft' or (new.number, new.currency, new.tax, new.subtotal) is distinct from (old.number, old.currency, old.tax, old.subtotal)) then
    raise exception 'invoice % was issued and keeps its number, currency and amounts', old.number
      using errcode = '23514', constraint = 'issued_is_frozen', table = 'invoices';
  end if;
  new.total := new.subtotal + new.tax;
  if new.status <> 'draft' then
    new.issued_at := coalesce(new.issued_at, now());
  end if;
  new.paid_at := case when new.status = 'paid' then coalesce(new.paid_at, now()) end;
  return new;
end $$;
create trigger q_guard before insert or update on invoices for each row execute function app.guard_invoice();

create table invoice_lines (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  invoice_id uuid not null,
  project_id uuid,
  event_id uuid,
  milestone_id uuid,
  description text not null,
  quantity numeric(12, 3) not null default 1 check (quantity > 0),
  unit_price amount not null,
  line_total amount generated always as (round(quantity * unit_price, 3)::numeric(14, 3)) stored,
  order_index int not null,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  foreign key (organization_id, invoice_id) references invoices (organization_id, id) on delete cascade
);
create index on invoice_lines (organization_id);
create index on invoice_lines (invoice_id);
create index on invoice_lines (milestone_id) where milestone_id is not null;
comment on table invoice_lines is 'Lines of an invoice, in order. A negative price is a discount.';
select app.touch('invoice_lines');
select app.inherit('invoice_lines', 'invoice_id', 'invoices', 'project_id', 'event_id');
select app.append_to('invoice_lines', 'order_index', 'invoice_id');
select app.secure('invoice_lines',
  read => 'none', insert => 'owner admin producer', update => 'owner admin producer', delete => 'owner admin producer');
select app.also_allow('invoice_lines', 'select', 'any', 'parent', 'exists (select from invoices i where i.id = invoice_id)');
select live.track('invoice_lines', topics => 'project:project_id, event:event_id, org');

-- An invoice that was issued keeps its lines. (That a milestone of theirs was deleted changes nothing they say.)
create function app.guard_invoice_line() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  touched uuid[] := '{}';
begin
  if tg_op = 'UPDATE' then
    if (new.invoice_id, new.description, new.quantity, new.unit_price)
       is not distinct from (old.invoice_id, old.description, old.quantity, old.unit_price) then
      return null;
    end if;
  end if;
  if tg_op <> 'DELETE' then
    touched := array[new.invoice_id];
  end if;
  if tg_op <> 'INSERT' then
    touched := touched || old.invoice_id;
  end if;
  perform from invoices i where i.id = any (touched) and i.status <> 'draft' and not app.tenant_is_gone(i.organization_id) for share;
  if found then
    raise exception 'an invoice that was issued keeps its lines'
      using errcode = '23514', constraint = 'issued_is_frozen', table = 'invoice_lines';
  end if;
  return null;
end $$;
alter function app.guard_invoice_line() owner to app_definer;
create trigger guard_line after insert or update or delete on invoice_lines for each row execute function app.guard_invoice_line();

create function app.rollup_invoice() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  touched uuid[] := '{}';
begin
  if tg_op <> 'DELETE' then
    touched := array(select r.invoice_id from new_rows r);
  end if;
  if tg_op <> 'INSERT' then
    touched := touched || array(select r.invoice_id from old_rows r);
  end if;
  perform from invoices i where i.id = any (touched) order by i.id for no key update;
  update invoices i set subtotal = d.subtotal
    from (select x.id, coalesce(sum(l.line_total), 0) as subtotal
            from invoices x left join invoice_lines l on l.invoice_id = x.id
           where x.id = any (touched) group by x.id) d
   where i.id = d.id and i.subtotal <> d.subtotal;
  return null;
end $$;
alter function app.rollup_invoice() owner to app_definer;
create trigger rollup_invoice_i after insert on invoice_lines referencing new table as new_rows
  for each statement execute function app.rollup_invoice();
create trigger rollup_invoice_u after update on invoice_lines referencing old table as old_rows new table as new_rows
  for each statement execute function app.rollup_invoice();
create trigger rollup_invoice_d after delete on invoice_lines referencing old table as old_rows
  for each statement execute function app.rollup_invoice();

create table billing_milestones (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  project_id uuid,
  shoot_id uuid,
  event_id uuid,
  contract_id uuid,
  invoice_id uuid,
  title text not null default 'Milestone',
  amount amount not null check (amount >= 0),
  currency currency_code not null default 'USD',
  due_date date,
  status text not null default 'pending' check (status in ('pending', 'invoiced', 'paid', 'overdue')),
  invoice_url text,
  paid_at timestamptz,
  order_index int not null,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (organization_id, id),
  foreign key (organization_id, project_id) references projects (organization_id, id) on delete cascade,
  foreign key (organization_id, shoot_id) references shoots (organization_id, id) on delete cascade,
  foreign key (organization_id, event_id) references events (organization_id, id) on delete cascade,
  foreign key (organization_id, contract_id) references contracts (organization_id, id) on delete set null (contract_id),
  foreign key (organization_id, invoice_id) references invoices (organization_id, id) on delete set null (invoice_id),
  constraint has_parent check (num_nonnulls(project_id, shoot_id, event_id) >= 1),
  constraint paid_has_time check ((status = 'paid') = (paid_at is not null))
);
create index on billing_milestones (project_id, order_index);
create index on billing_milestones (organization_id, due_date) where status in ('pending', 'invoiced');
create index on billing_milestones (shoot_id) where shoot_id is not null;
create index on billing_milestones (event_id) where event_id is not null;
create index on billing_milestones (contract_id) where contract_id is not null;
create index on billing_milestones (invoice_id) where invoice_id is not null;
comment on table billing_milestones is 'What is owed for a project, a shoot or an event, part by part, in order.';
select app.touch('billing_milestones');
select app.inherit('billing_milestones', 'shoot_id', 'shoots', 'project_id');
select app.append_to('billing_milestones', 'order_index', 'project_id', 'event_id');
select app.secure('billing_milestones',
  read => 'owner admin producer', insert => 'owner admin producer',
  update => 'owner admin producer', delete => 'owner admin');
select app.also_allow('billing_milestones', 'select', 'client', 'project', 'project_id in (select app.my_projects())');
select live.track('billing_milestones', topics => 'project:project_id, event:event_id, org');
-- Deferred: a project that goes takes its milestones, while its invoices stay and tell their lines that they have no
-- project any more, in whatever order.
alter table invoice_lines add foreign key (organization_id, milestone_id) references billing_milestones (organization_id, id)
  on delete set null (milestone_id) deferrable initially deferred;
alter table deliverables add foreign key (organization_id, milestone_id) references billing_milestones (organization_id, id) on delete set null (milestone_id);

-- A milestone on an invoice is invoiced, in the invoice's currency; its time of payment comes and goes with its status.
create function app.guard_milestone() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  invoice invoices;
begin
  if new.invoice_id is not null then
    select * into invoice from invoices i where i.organization_id = new.organization_id and i.id = new.invoice_id for share;
    if invoice.currency <> new.currency then
      raise exception 'the milestone is in %, its invoice in %', new.currency, invoice.currency
        using errcode = '23514', constraint = 'one_currency', table = 'billing_milestones';
    end if;
    if new.status = 'pending' then
      new.status := 'invoiced';
    end if;
  end if;
  new.paid_at := case when new.status = 'paid' then coalesce(new.paid_at, now()) end;
  return new;
end $$;
alter function app.guard_milestone() owner to app_definer;
create trigger e_guard before insert or update on billing_milestones for each row execute function app.guard_milestone();

-- The milestones of an invoice are paid with it, owed again when it is refunded, and free again when it is void.
create function app.follow_invoice() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  case
    when new.status = 'paid' then
      update billing_milestones m set status = 'paid', paid_at = new.paid_at where m.invoice_id = new.id and m.status <> 'paid';
    when new.status = 'void' then
      update billing_milestones m set status = 'pending', invoice_id = null where m.invoice_id = new.id;
    when old.status = 'paid' then
      update billing_milestones m set status = 'invoiced' where m.invoice_id = new.id and m.status = 'paid';
    else null;
  end case;
  return null;
end $$;
alter function app.follow_invoice() owner to app_definer;
create trigger follow_invoice after update on invoices for each row
  when (old.status <> new.status) execute function app.follow_invoice();

-- For the daily job: what is past its date in the organization's time zone. Says how many became overdue.
create function app.mark_overdue() returns int
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  late int;
begin
  if not app.is_system() then
    raise exception 'only the hub marks what is overdue' using errcode = '42501';
  end if;
  update billing_milestones m set status = 'overdue'
    from organizations o
   where o.id = m.organization_id and m.organization_id = app.org()
     and m.status in ('pending', 'invoiced') and m.due_date < (now() at time zone o.time_zone)::date;
  get diagnostics late = row_count;
  return late;
end $$;
alter function app.mark_overdue() owner to app_definer;
