-- Rows that ask for work of a plugin: a scheduled post, an approved message, an invoice or a payment of a provider, a picture
-- for a product. Their job is queued in the transaction that changes them, and what becomes of the job is written to them.

-- How often somebody began a job again. Jobs that a run queues belong to the same time: what was queued the time before
-- does not stand in their way.
alter table plugin_jobs add column again int not null default 0 check (again >= 0);
comment on column plugin_jobs.again is 'How often it was begun again after it had ended.';
select live.retrack('plugin_jobs');

-- Whether an install does such a job, and may read and change the rows that it is about: what it does outside has to be
-- written down here.
create function app.plugin_does(install plugin_installs, job text, of_table text) returns boolean
language sql stable
as $$
  select install.package_id is not null
     and exists (select from jsonb_array_elements(install.accepted_manifest -> 'jobs') j where j ->> 'name' = job)
     and 2 = (select count(distinct a.verb) from app.access a
               where a.table_name = of_table and a.verb in ('select', 'update') and a.role = 'plugin' and a.scope = any (install.granted_scopes))
$$;

-- The account for rows that name none: the preferred one, or the one that was connected first.
create function app.plugin_account(tenant uuid, of_plugin text, job text, of_table text, preferred uuid) returns plugin_connections
language sql stable
as $$
  select c from plugin_connections c
    join plugin_installs i on i.id = c.install_id and i.plugin_key = of_plugin and i.status = 'active'
   where c.organization_id = tenant and c.status = 'active' and app.plugin_does(i, job, of_table)
   order by c.id = preferred desc nulls last, c.created_at, c.id limit 1
$$;

-- Queues the job of a row: one a row and account. One that waits and was not begun is moved. One that has ended begins
-- again where that is asked for; one that runs, or goes on in jobs that follow it, is left alone.
create function app.queue_for_row(tenant uuid, account plugin_connections, job text, of_entity text, of_id uuid, content jsonb,
                                  at timestamptz, begin_again boolean)
returns void
language sql
as $$
  insert into plugin_jobs as j (organization_id, install_id, connection_id, kind, payload, entity_type, entity_id, idempotency_key, run_at)
  values (tenant, account.install_id, account.id, job, content, of_entity, of_id, format('row:%s:%s:%s', job, of_id, coalesce(account.id, tenant)), at)
  on conflict (organization_id, idempotency_key) do update
     set status = 'queued', payload = excluded.payload, run_at = excluded.run_at, cancel_requested = false,
         again = j.again + case j.status when 'queued' then 0 else 1 end,
         -- Attempts are counted on: what they did outside is known by their number.
         max_attempts = case j.status when 'queued' then j.max_attempts else j.attempts + 8 end
   where j.status = 'queued' and j.attempts + 8 = j.max_attempts
      or begin_again and j.status in ('succeeded', 'failed', 'dead', 'cancelled')
$$;

-- What is written to a row because of its job, or to a job because of its row, asks for nothing.
create function app.is_settling() returns boolean
language sql stable
as $$ select coalesce(app.setting('settling') = 'on', false) $$;

-- The row does not ask any more. What another transaction is ending or beginning is left to it: whoever runs looks at the row.
create function app.drop_for_row(of_entity text, of_id uuid) returns void
language plpgsql
as $$
begin
  perform set_config('app.settling', 'on', true);
  update plugin_jobs j
     set status = case j.status when 'queued' then 'cancelled' else j.status end, cancel_requested = true
   where j.id in (select k.id from plugin_jobs k
                   where k.entity_type = of_entity and k.entity_id = of_id
                     -- A run that writes its row does not end itself.
                     and (k.status = 'queued' or k.status = 'running' and app.plugin_install_id() is null)
                     for update skip locked);
  perform set_config('app.settling', '', true);
end $$;

create function app.plan_post(post social_posts, at timestamptz, begin_again boolean) returns void
language plpgsql
as $$
declare
  account plugin_connections;
begin
  -- Not connected for now, or switched off: it waits in the queue.
  select c.* into account from plugin_connections c join plugin_installs i on i.id = c.install_id
   where c.id = post.connection_id and app.plugin_does(i, 'publish', 'social_posts');
  if account.id is not null then
    perform app.queue_for_row(post.organization_id, account, 'publish', 'social_post', post.id,
                              jsonb_build_object('post', jsonb_build_object('id', post.id)), at, begin_again);
  end if;
end $$;

create function app.plan_link(link channel_media_links, begin_again boolean) returns void
language plpgsql
as $$
declare
  account plugin_connections;
  content jsonb;
begin
  select c.* into account
    from channel_products p join plugin_connections c on c.id = p.connection_id join plugin_installs i on i.id = c.install_id
   where p.id = link.channel_product_id and app.plugin_does(i, 'publish', 'channel_media_links');
  if account.id is null then
    return;
  end if;
  select jsonb_build_object('position', link.position, 'asset', jsonb_build_object('id', a.id, 'name', a.name),
                            'product', jsonb_build_object('id', p.id, 'external_product_id', p.external_product_id, 'sku', p.sku))
    into content from assets a, channel_products p where a.id = link.asset_id and p.id = link.channel_product_id;
  perform app.queue_for_row(link.organization_id, account, 'publish', 'channel_media_link', link.id, content, now(), begin_again);
end $$;

-- An e-mail that no plugin takes is sent by the hub itself: its job has no install.
create function app.plan_message(message messages, begin_again boolean) returns void
language plpgsql
as $$
declare
  account plugin_connections;
begin
  account := app.plugin_account(message.organization_id, message.channel, 'send', 'messages', (
    select c.connection_id from conversations c where c.id = message.conversation_id));
  if account.id is not null or message.channel = 'email' then
    perform app.queue_for_row(message.organization_id, account, 'send', 'message', message.id,
                              jsonb_build_object('message', jsonb_build_object('id', message.id)), now(), begin_again);
  end if;
end $$;

create function app.plan_invoice(invoice invoices, begin_again boolean) returns void
language plpgsql
as $$
declare
  account constant plugin_connections := app.plugin_account(invoice.organization_id, invoice.provider, 'charge', 'invoices', null);
begin
  if account.id is not null then
    perform app.queue_for_row(invoice.organization_id, account, 'charge', 'invoice', invoice.id,
                              jsonb_build_object('invoice', jsonb_build_object('id', invoice.id)), now(), begin_again);
  end if;
end $$;

create function app.plan_payment(payment payments, begin_again boolean) returns void
language plpgsql
as $$
declare
  account constant plugin_connections := app.plugin_account(payment.organization_id, payment.provider, 'charge', 'payments', null);
begin
  if account.id is not null then
    perform app.queue_for_row(payment.organization_id, account, 'charge', 'payment', payment.id,
                              jsonb_build_object('payment', jsonb_build_object('id', payment.id)), now(), begin_again);
  end if;
end $$;

-- Whether a row asks for its job. A post is published at its time, which may have to be waited for.
create function app.asks(post social_posts) returns boolean language sql immutable
as $$ select coalesce(post.status = 'scheduled', false) $$;
create function app.asks(link channel_media_links) returns boolean language sql immutable
as $$ select coalesce(link.status = 'pending', false) $$;
create function app.asks(message messages) returns boolean language sql immutable
as $$ select coalesce(message.direction = 'outbound' and message.status in ('approved', 'dispatching'), false) $$;
create function app.asks(invoice invoices) returns boolean language sql immutable
as $$ select coalesce(invoice.status = 'open' and invoice.provider <> 'manual' and invoice.provider_invoice_id is null, false) $$;
create function app.asks(payment payments) returns boolean language sql immutable
as $$ select coalesce(payment.status = 'pending' and payment.provider <> 'manual' and payment.provider_transaction_id is null, false) $$;

create function app.follow_post() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  moved boolean := tg_op = 'UPDATE' and app.asks(old) and app.asks(new) and old.connection_id = new.connection_id;
begin
  if app.is_settling() or (tg_op = 'DELETE' and app.tenant_is_gone(old.organization_id)) then
    return null;
  end if;
  -- A post that was begun and given up leaves jobs behind that would go on.
  if tg_op <> 'INSERT' and not moved then
    perform app.drop_for_row('social_post', old.id);
  end if;
  if tg_op <> 'DELETE' and app.asks(new) and (not moved or new.scheduled_at <> old.scheduled_at) then
    perform app.plan_post(new, greatest(new.scheduled_at, now()), not moved);
  end if;
  return null;
end $$;
create function app.follow_link() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  -- A plugin that writes such a link is bringing it already.
  if app.is_settling() or app.plugin_install_id() is not null or (tg_op = 'DELETE' and app.tenant_is_gone(old.organization_id)) then
    return null;
  end if;
  if tg_op <> 'INSERT' then
    perform app.drop_for_row('channel_media_link', old.id);
  end if;
  if tg_op <> 'DELETE' and app.asks(new) then
    perform app.plan_link(new, true);
  end if;
  return null;
end $$;
create function app.follow_message() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  if app.is_settling() or (tg_op = 'DELETE' and app.tenant_is_gone(old.organization_id)) then
    return null;
  end if;
  if app.asks(old) and (tg_op = 'DELETE' or not app.asks(new)) then
    perform app.drop_for_row('message', old.id);
  elsif tg_op = 'UPDATE' and not app.asks(old) and app.asks(new) then
    perform app.plan_message(new, true);
  end if;
  return null;
end $$;
create function app.follow_invoice_to_provider() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  if app.is_settling() or (tg_op = 'DELETE' and app.tenant_is_gone(old.organization_id)) then
    return null;
  end if;
  if tg_op <> 'INSERT' and app.asks(old) and (tg_op = 'DELETE' or not app.asks(new) or new.provider <> old.provider) then
    perform app.drop_for_row('invoice', old.id);
  end if;
  if tg_op <> 'DELETE' and app.asks(new) and (tg_op = 'INSERT' or not app.asks(old) or new.provider <> old.provider) then
    perform app.plan_invoice(new, true);
  end if;
  return null;
end $$;
create function app.follow_payment() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  if app.is_settling() or (tg_op = 'DELETE' and app.tenant_is_gone(old.organization_id)) then
    return null;
  end if;
  if tg_op <> 'INSERT' and app.asks(old) and (tg_op = 'DELETE' or not app.asks(new) or new.provider <> old.provider) then
    perform app.drop_for_row('payment', old.id);
  end if;
  if tg_op <> 'DELETE' and app.asks(new) and (tg_op = 'INSERT' or not app.asks(old) or new.provider <> old.provider) then
    perform app.plan_payment(new, true);
  end if;
  return null;
end $$;
alter function app.follow_post() owner to app_definer;
alter function app.follow_link() owner to app_definer;
alter function app.follow_message() owner to app_definer;
alter function app.follow_invoice_to_provider() owner to app_definer;
alter function app.follow_payment() owner to app_definer;
create trigger follow_post after insert on social_posts for each row when (new.status = 'scheduled') execute function app.follow_post();
create trigger follow_post_u after update on social_posts for each row
  when ((old.status, old.scheduled_at, old.connection_id) is distinct from (new.status, new.scheduled_at, new.connection_id))
  execute function app.follow_post();
create trigger follow_post_d after delete on social_posts for each row execute function app.follow_post();
create trigger follow_link after insert on channel_media_links for each row when (new.status = 'pending') execute function app.follow_link();
create trigger follow_link_u after update on channel_media_links for each row
  when ((old.status, old.position) is distinct from (new.status, new.position)) execute function app.follow_link();
create trigger follow_link_d after delete on channel_media_links for each row execute function app.follow_link();
create trigger follow_message after update on messages for each row when (old.status <> new.status) execute function app.follow_message();
create trigger follow_message_d after delete on messages for each row execute function app.follow_message();
create trigger follow_to_provider after insert on invoices for each row when (new.provider <> 'manual') execute function app.follow_invoice_to_provider();
create trigger follow_to_provider_u after update on invoices for each row
  when ((old.status, old.provider, old.provider_invoice_id) is distinct from (new.status, new.provider, new.provider_invoice_id))
  execute function app.follow_invoice_to_provider();
create trigger follow_to_provider_d after delete on invoices for each row when (old.provider <> 'manual') execute function app.follow_invoice_to_provider();
create trigger follow_payment after insert on payments for each row when (new.provider <> 'manual') execute function app.follow_payment();
create trigger follow_payment_u after update on payments for each row
  when ((old.status, old.provider, old.provider_transaction_id) is distinct from (new.status, new.provider, new.provider_transaction_id))
  execute function app.follow_payment();
create trigger follow_payment_d after delete on payments for each row when (old.provider <> 'manual') execute function app.follow_payment();

-- What was asked for before the account was there: posts at their time, payments, invoices and pictures at once, messages that
-- were approved within a day. What is older than that surprises whoever gets it, and waits until somebody approves it again.
create function app.plan_for_account(account plugin_connections) returns void
language plpgsql
as $$
begin
  perform app.plan_post(p, p.scheduled_at, false) from social_posts p where p.connection_id = account.id and app.asks(p);
  perform app.plan_link(l, false) from channel_media_links l join channel_products p on p.id = l.channel_product_id
   where p.connection_id = account.id and app.asks(l);
  perform app.plan_message(m, false) from messages m
   where m.organization_id = account.organization_id and m.channel = account.provider and app.asks(m) and m.approved_at > now() - interval '1 day';
  perform app.plan_invoice(i, false) from invoices i where i.organization_id = account.organization_id and i.provider = account.provider and app.asks(i);
  perform app.plan_payment(p, false) from payments p where p.organization_id = account.organization_id and p.provider = account.provider and app.asks(p);
end $$;
create function app.follow_account() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  if tg_table_name = 'plugin_connections' then
    perform app.plan_for_account(new);
  else
    perform app.plan_for_account(c) from plugin_connections c where c.install_id = new.id and c.status = 'active';
  end if;
  return null;
end $$;
alter function app.follow_account() owner to app_definer;
create trigger follow_account after insert on plugin_connections for each row
  when (new.status = 'active') execute function app.follow_account();
create trigger follow_account_u after update on plugin_connections for each row
  when (new.status = 'active' and old.status <> 'active') execute function app.follow_account();
create trigger follow_account after update on plugin_installs for each row
  when (new.status = 'active' and (old.status, old.package_id, old.granted_scopes) is distinct from (new.status, new.package_id, new.granted_scopes))
  execute function app.follow_account();

-- Writes to a row what became of its job.
create function app.settle_row(job plugin_jobs, became text, reason text) returns void
language plpgsql
as $$
begin
  perform set_config('app.settling', 'on', true);
  case job.entity_type
    when 'social_post' then
      case became
        when 'dead' then update social_posts set status = 'failed', error = reason where id = job.entity_id and status = 'scheduled';
        when 'cancelled' then update social_posts set status = 'draft' where id = job.entity_id and status = 'scheduled';
        when 'queued' then
          update social_posts set status = 'scheduled', error = null
           where id = job.entity_id and status in ('failed', 'draft') and scheduled_at is not null;
        else null;
      end case;
    when 'channel_media_link' then
      case became
        when 'dead', 'cancelled' then update channel_media_links set status = 'failed', error = reason where id = job.entity_id and status = 'pending';
        when 'queued' then update channel_media_links set status = 'pending', error = null where id = job.entity_id and status = 'failed';
        else null;
      end case;
    when 'message' then
      case became
        -- One that was not on its way yet is for a person again.
        when 'dead', 'cancelled' then
          update messages set status = case status when 'dispatching' then 'failed' else 'draft' end, error = reason
           where id = job.entity_id and status in ('approved', 'dispatching');
        when 'queued' then update messages set status = 'dispatching', error = null where id = job.entity_id and status = 'failed';
        else null;
      end case;
    when 'invoice' then
      case became
        when 'dead', 'cancelled' then update invoices set error = reason where id = job.entity_id and provider_invoice_id is null;
        else update invoices set error = null where id = job.entity_id and error is not null;
      end case;
    when 'payment' then
      case became
        when 'dead', 'cancelled' then
          update payments set status = 'failed', error = reason where id = job.entity_id and status = 'pending' and provider_transaction_id is null;
        when 'queued' then
          update payments set status = 'pending', error = null where id = job.entity_id and status = 'failed' and provider_transaction_id is null;
        else update payments set error = null where id = job.entity_id and error is not null;
      end case;
    else null;
  end case;
  perform set_config('app.settling', '', true);
end $$;
create function app.settle_job() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  if app.is_settling() then
    return null;
  end if;
  if tg_op = 'DELETE' then
    if not app.tenant_is_gone(old.organization_id) then
      perform app.settle_row(old, 'dead', 'account_removed: the account was removed before it was done');
    end if;
    return null;
  end if;
  perform app.settle_row(new, new.status, case new.status
    when 'dead' then left(coalesce(new.last_error, 'failed'), 1000) when 'cancelled' then 'cancelled: somebody has cancelled it' end);
  return null;
end $$;
alter function app.settle_job() owner to app_definer;
create trigger settle_job after update on plugin_jobs for each row
  when (new.entity_id is not null and new.status <> old.status
        and (new.status in ('dead', 'cancelled', 'succeeded') or (new.status = 'queued' and old.status in ('dead', 'cancelled', 'failed'))))
  execute function app.settle_job();
create trigger settle_job_d after delete on plugin_jobs for each row
  when (old.entity_id is not null and old.status in ('queued', 'running')) execute function app.settle_job();

-- A post whose account was away for more than a day after its time is not published without a word.
create function app.plugin_too_late() returns int
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  late int;
begin
  if not app.is_system() then
    raise exception 'only the hub runs plugins' using errcode = '42501';
  end if;
  update plugin_jobs j
     set status = 'dead', last_error = 'too_late: its time was more than a day ago, and its account was not connected'
   where j.id in (select k.id from plugin_jobs k
                   where k.status = 'queued' and k.entity_type = 'social_post' and k.kind = 'publish' and k.attempts + 8 = k.max_attempts
                     and k.run_at < clock_timestamp() - interval '1 day'
                     for update skip locked);
  get diagnostics late = row_count;
  return late;
end $$;
alter function app.plugin_too_late() owner to app_definer;

-- Whether a message goes out now, under the lock of its job: it is what a person approved, and nobody is changing it.
-- Null: somebody is; later.
create function app.dispatch(of_message uuid) returns boolean
language plpgsql
as $$
declare
  now_is text;
begin
  select m.status into now_is from messages m where m.id = of_message for no key update skip locked;
  if not found then
    return case when exists (select from messages m where m.id = of_message) then null else false end;
  end if;
  if now_is = 'dispatching' then
    return true;
  elsif now_is <> 'approved' then
    return false;
  end if;
  update messages m set status = 'dispatching' where m.id = of_message;
  return true;
exception when check_violation then
  -- It is not what was approved.
  return false;
end $$;

-- As before, and: a message goes out as it was approved, or not at all; a run knows which row it is about, and how often
-- it was begun again.
drop function app.plugin_claim(uuid, float8, int);
create function app.plugin_claim(for_node uuid, lease_seconds float8, most_of_one int) returns table (
  job_id uuid, lease uuid, organization_id uuid, install_id uuid, connection_id uuid, kind text, payload jsonb,
  idempotency_key text, attempt int, max_attempts int, delivery_id uuid, package_id uuid, entity_type text, entity_id uuid, again int)
language plpgsql security definer set search_path = public, pg_temp
as $$
#variable_conflict use_column
declare
  taken plugin_jobs;
  package uuid;
  running_version text;
  run uuid := app.uuid7();
  goes boolean;
begin
  if not app.is_system() then
    raise exception 'only the hub runs plugins' using errcode = '42501';
  end if;
  perform pg_advisory_xact_lock(hashtext('fashionos-hub-plugin-queue'));
  with runs as (
    select r.organization_id, count(*) as n from plugin_jobs r
     where r.status = 'running' and r.install_id is not null group by 1
  ), due as (
    select j.id, j.organization_id, j.run_at, coalesce(runs.n, 0) as n,
           row_number() over (partition by coalesce(j.connection_id, j.install_id) order by j.run_at, j.id) as place
      from plugin_jobs j
      join plugin_installs i on i.id = j.install_id and i.status = 'active' and i.package_id is not null
      join organizations o on o.id = j.organization_id and o.status <> 'suspended'
      left join plugin_connections c on c.id = j.connection_id
      left join runs on runs.organization_id = j.organization_id
     where j.status = 'queued' and j.run_at <= clock_timestamp()
       -- An account that is not connected any more waits for a person; a test of it does not.
       and (c.id is null or c.status = 'active' or j.kind = 'check')
       and coalesce(runs.n, 0) < most_of_one
       and not exists (select from plugin_jobs r where r.connection_id = j.connection_id and r.status = 'running')
       and (j.connection_id is not null
            or not exists (select from plugin_jobs r where r.install_id = j.install_id and r.connection_id is null and r.status = 'running'))
  )
  select j.* into taken from plugin_jobs j
    join due on due.id = j.id and due.place = 1
   order by due.n, due.run_at, due.id limit 1 for update of j skip locked;
  if taken.id is null then
    return;
  end if;
  if taken.entity_type = 'message' and taken.kind = 'send' then
    goes := app.dispatch(taken.entity_id);
    if goes is not true then
      update plugin_jobs j
         set status = case when goes is null then 'queued' else 'dead' end, run_at = clock_timestamp() + interval '1 second',
             last_error = case when goes is null then j.last_error else 'not_approved: it is not what somebody has approved' end
       where j.id = taken.id;
      return;
    end if;
  end if;
  select i.package_id, i.version into package, running_version from plugin_installs i where i.id = taken.install_id;
  update plugin_jobs j
     set status = 'running', attempts = j.attempts + 1, locked_by = for_node, lease = run,
         locked_until = clock_timestamp() + make_interval(secs => lease_seconds)
   where j.id = taken.id;
  insert into plugin_runs (id, organization_id, install_id, job_id, attempt, node, version, created_by)
  values (run, taken.organization_id, taken.install_id, taken.id, taken.attempts + 1, for_node, running_version, null);
  return query select taken.id, run, taken.organization_id, taken.install_id, taken.connection_id, taken.kind, taken.payload,
                      taken.idempotency_key, taken.attempts + 1, taken.max_attempts, taken.delivery_id, package,
                      taken.entity_type, taken.entity_id, taken.again;
end $$;
alter function app.plugin_claim(uuid, float8, int) owner to app_definer;
revoke execute on function app.plugin_claim(uuid, float8, int), app.plugin_too_late() from public;
grant execute on function app.plugin_claim(uuid, float8, int), app.plugin_too_late() to hub_worker;
