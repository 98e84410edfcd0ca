-- Money received. An invoice is paid when its payments say so, and nothing that was paid vanishes with what it was paid for.

-- Deleting for good what money hangs on is the owner's decision, said aloud: app.purge = on, in their transaction.
create function app.may_purge() returns boolean
language sql stable
as $$
  select coalesce(app.setting('purge') = 'on', false)
     and (session_user not in ('hub_app', 'hub_worker') or coalesce(app.role() in ('owner', 'system'), false))
$$;

create table payments (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  order_id uuid,
  registration_id uuid,
  invoice_id uuid,
  event_id uuid,
  project_id uuid,
  payer_id uuid references users on delete set null,
  amount amount not null check (amount > 0),
  currency currency_code not null default 'USD',
  status text not null default 'pending' check (status in ('pending', 'completed', 'failed', 'refunded')),
  provider text check (provider in ('stripe', 'paypal', 'square', 'manual')),
  payment_method text,
  provider_transaction_id text,
  refunded_amount amount not null default 0 check (refunded_amount >= 0),
  meta_data jsonb not null default '{}',
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  foreign key (organization_id, order_id) references orders (organization_id, id) on delete cascade,
  foreign key (organization_id, registration_id) references registrations (organization_id, id) on delete cascade,
  foreign key (organization_id, invoice_id) references invoices (organization_id, id) on delete cascade,
  foreign key (organization_id, event_id) references events (organization_id, id) on delete cascade,
  foreign key (organization_id, project_id) references projects (organization_id, id) on delete cascade,
  constraint one_target check (num_nonnulls(order_id, registration_id, invoice_id) = 1),
  constraint refund_le_amount check (refunded_amount <= amount),
  -- Clients see the payments of their projects: never those of somebody's tickets.
  constraint project_of_invoice check (project_id is null or invoice_id is not null)
);
create unique index on payments (provider, provider_transaction_id) where provider_transaction_id is not null;
create index on payments (organization_id, status);
create index on payments (payer_id);
create index on payments (order_id) where order_id is not null;
create index on payments (registration_id) where registration_id is not null;
create index on payments (invoice_id) where invoice_id is not null;
create index on payments (event_id) where event_id is not null;
create index on payments (project_id) where project_id is not null;
comment on table payments is 'Payments of an order, of one registration or of an invoice; each attempt is one. event_id and project_id are those of what is paid.';
select app.touch('payments');
select app.inherit('payments', 'order_id', 'orders', 'event_id');
select app.inherit('payments', 'registration_id', 'registrations', 'event_id');
select app.inherit('payments', 'invoice_id', 'invoices', 'event_id', 'project_id');
select app.secure('payments', own => 'payer_id',
  read => 'owner admin producer attendee@own', insert => 'owner admin', update => 'owner admin', delete => 'none nosystem');
select app.also_allow('payments', 'select', 'client', 'project', 'project_id in (select app.my_projects())');
select live.track('payments', topics => 'event:event_id, project:project_id, org');

-- What was paid stays paid for what it was paid for; it may be refunded.
create function app.guard_payment() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  owed text;
begin
  if new.invoice_id is not null then
    select i.currency into owed from invoices i where i.organization_id = new.organization_id and i.id = new.invoice_id;
    if owed <> new.currency then
      raise exception 'the payment is in %, its invoice in %', new.currency, owed
        using errcode = '23514', constraint = 'one_currency', table = 'payments', column = 'currency';
    end if;
  end if;
  if new.status = 'refunded' and new.refunded_amount = 0 then
    new.refunded_amount := new.amount;
  end if;
  if new.status in ('pending', 'failed') and new.refunded_amount > 0 then
    raise exception 'a % payment has nothing to refund', new.status
      using errcode = '23514', constraint = 'refund_of_payment', table = 'payments', column = 'refunded_amount';
  end if;
  if tg_op = 'UPDATE' and old.status in ('completed', 'refunded') then
    if (new.order_id, new.registration_id, new.invoice_id, new.amount, new.currency)
       is distinct from (old.order_id, old.registration_id, old.invoice_id, old.amount, old.currency)
       or new.refunded_amount < old.refunded_amount
       or (new.status <> old.status and new.status <> 'refunded') then
      raise exception 'a payment that was made stays as it was made; it may be refunded'
        using errcode = '23514', constraint = 'paid_is_frozen', table = 'payments';
    end if;
  end if;
  return new;
end $$;
alter function app.guard_payment() owner to app_definer;
create trigger e_guard before insert or update on payments for each row execute function app.guard_payment();

-- An invoice is paid when its payments reach its total, and open again when they no longer do.
create function app.rollup_payments() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  touched uuid[] := '{}';
begin
  if tg_op <> 'DELETE' then
    touched := array(select r.invoice_id from new_rows r where r.invoice_id is not null);
  end if;
  if tg_op <> 'INSERT' then
    touched := touched || array(select r.invoice_id from old_rows r where r.invoice_id is not null);
  end if;
  if touched = '{}' then
    return null;
  end if;
  perform from invoices i where i.id = any (touched) order by i.id for no key update;
  update invoices i
     set amount_paid = d.paid,
         status = case when i.status = 'open' and i.total > 0 and d.paid >= i.total then 'paid'
                       when i.status = 'paid' and d.paid < i.total then 'open'
                       else i.status end
    from (select x.id, coalesce(sum(p.amount - p.refunded_amount) filter (where p.status in ('completed', 'refunded')), 0) as paid
            from invoices x left join payments p on p.invoice_id = x.id
           where x.id = any (touched) group by x.id) d
   where i.id = d.id and i.amount_paid <> d.paid;
  return null;
end $$;
alter function app.rollup_payments() owner to app_definer;
create trigger rollup_payments_i after insert on payments referencing new table as new_rows
  for each statement execute function app.rollup_payments();
create trigger rollup_payments_u after update on payments referencing old table as old_rows new table as new_rows
  for each statement execute function app.rollup_payments();
create trigger rollup_payments_d after delete on payments referencing old table as old_rows
  for each statement execute function app.rollup_payments();

-- However a payment would go (with its event, tier, order, registration, invoice or project): one that was made does not
-- go along, unless the owner says so or the whole organization goes.
create function app.guard_payment_purge() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  if not (app.may_purge() or app.tenant_is_gone(old.organization_id)) then
    raise exception 'what was paid is kept; cancel instead, or let the owner purge it'
      using errcode = '23514', constraint = 'paid_is_kept', table = 'payments';
  end if;
  return old;
end $$;
alter function app.guard_payment_purge() owner to app_definer;
create trigger guard_payment_purge before delete on payments for each row
  when (old.status in ('completed', 'refunded')) execute function app.guard_payment_purge();

-- Said at once and by name for what people delete, and for issued invoices, which would only lose sight of it.
create function app.guard_purge() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  kept boolean;
begin
  execute format('select exists (select from payments p where p.%1$I = $1 and p.status in (''completed'', ''refunded''))
                      or exists (select from invoices i where i.%1$I = $1 and i.status not in (''draft'', ''void''))', tg_argv[0])
    into kept using old.id;
  if kept and not (app.may_purge() or app.tenant_is_gone(old.organization_id)) then
    raise exception '% has payments or issued invoices; cancel it instead, or let the owner purge it', old.title
      using errcode = '23514', constraint = 'paid_is_kept', table = tg_table_name;
  end if;
  return old;
end $$;
alter function app.guard_purge() owner to app_definer;
create trigger guard_event_purge before delete on events for each row execute function app.guard_purge('event_id');
create trigger guard_project_purge before delete on projects for each row execute function app.guard_purge('project_id');
