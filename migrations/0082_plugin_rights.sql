-- What plugins may write of money and of messages: what became of them, where it is their own affair, and nothing else.

-- The plugin that acts.
create function app.plugin_key() returns text
language sql stable security definer set search_path = public, pg_temp
as $$ select i.plugin_key from plugin_installs i where i.id = app.plugin_install_id() and i.status = 'active' $$;
alter function app.plugin_key() owner to app_definer;

alter table payments add column error text check (octet_length(error) <= 4096);
alter table invoices add column error text check (octet_length(error) <= 4096);
comment on column payments.error is 'Why its provider did not take it.';
comment on column invoices.error is 'Why its provider did not bring it to its payer.';
select live.retrack('payments'), live.retrack('invoices');

select app.open_to_plugins('payments', insert => 'billing:write', update => 'billing:write');
select app.open_to_plugins('messages', update => 'crm:write');
-- So that a plugin does not propose what waits for a person already.
select app.open_to_plugins('enrichment_suggestions', read => 'ai:write');

-- What follows from a write of a plugin (an invoice that is paid) is written by the tables themselves.
create trigger b_limit_update before update on payments for each row
  when (session_user = 'hub_app' and current_user <> 'app_definer')
  execute function app.limit_update('{"plugin": ["status", "provider", "payment_method", "provider_transaction_id", "refunded_amount", "error"]}');
create trigger b_limit_update before update on invoices for each row
  when (session_user = 'hub_app' and current_user <> 'app_definer')
  execute function app.limit_update('{"plugin": ["status", "provider", "provider_invoice_id", "hosted_url", "error"]}');
create trigger b_limit_update before update on messages for each row
  when (session_user = 'hub_app' and current_user <> 'app_definer')
  execute function app.limit_update('{"plugin": ["status", "external_id", "sent_at", "error"]}');

-- A plugin says what became of payments and invoices of its own provider; nobody's name is put on them.
create function app.guard_plugin_money() returns trigger
language plpgsql
as $$
declare
  own constant text := app.plugin_key();
begin
  -- Without the scope the table's rules say so.
  if not app.plugin_may('billing:write') then
    return new;
  end if;
  if new.provider is distinct from own or (tg_op = 'UPDATE' and coalesce(old.provider, own) <> own) then
    raise exception 'a plugin writes % of its own provider', tg_table_name
      using errcode = '23514', constraint = 'own_provider', table = tg_table_name, column = 'provider';
  end if;
  if tg_op = 'INSERT' and to_jsonb(new) ->> 'payer_id' is not null then
    raise exception 'a plugin names no payer'
      using errcode = '23514', constraint = 'own_provider', table = tg_table_name, column = 'payer_id';
  end if;
  -- Paid is what payments say.
  if tg_table_name = 'invoices' and new.status <> old.status and new.status in ('draft', 'paid') then
    raise exception 'an invoice is paid when its payments say so'
      using errcode = '23514', constraint = 'paid_by_payments', table = 'invoices', column = 'status';
  end if;
  return new;
end $$;
create trigger b_guard_plugin before insert or update on payments for each row
  when (session_user = 'hub_app' and current_user <> 'app_definer' and app.plugin_install_id() is not null)
  execute function app.guard_plugin_money();
create trigger b_guard_plugin before update on invoices for each row
  when (session_user = 'hub_app' and current_user <> 'app_definer' and app.plugin_install_id() is not null)
  execute function app.guard_plugin_money();

-- A plugin says what became of messages that the hub has given it to send: of its own channel, approved by a person, on their way.
create function app.guard_plugin_message() returns trigger
language plpgsql
as $$
begin
  if (new.status, new.external_id, new.sent_at, new.error) is not distinct from (old.status, old.external_id, old.sent_at, old.error) then
    return new;
  end if;
  if old.channel is distinct from app.plugin_key() then
    raise exception 'a plugin writes messages of its own channel'
      using errcode = '23514', constraint = 'own_channel', table = 'messages', column = 'channel';
  end if;
  if old.direction <> 'outbound' or old.status not in ('dispatching', 'sent', 'delivered') or old.approved_at is null
     or new.status not in ('dispatching', 'sent', 'delivered', 'failed') then
    raise exception 'the message is not on its way'
      using errcode = '23514', constraint = 'on_its_way', table = 'messages', column = 'status';
  end if;
  return new;
end $$;
create trigger b_guard_plugin before update on messages for each row
  when (session_user = 'hub_app' and current_user <> 'app_definer' and app.plugin_install_id() is not null)
  execute function app.guard_plugin_message();
