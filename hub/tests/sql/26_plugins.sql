-- Plugins: what was granted and nothing else, and tokens that nobody reads.
begin;
\ir support/fixture.psql
select fixture.house('a'), fixture.house('b');
select plan(64);

-- F276
select is(fixture.ask('{"plugin": "a/connector"}', 'select app.role()'), 'plugin', 'F276: a plugin is its own role');
select is(fixture.ask('{"plugin": "a/connector"}', 'select app.org()::text'), fixture.id('a', 'organization')::text, 'of the organization that switched it on, whatever the session says');
select is(fixture.ask('{"plugin": "a/connector"}', 'select count(*) from events'), '2', 'F276: it reads what it was granted');
select is(fixture.ask('{"plugin": "a/idle plugin"}', 'select count(*) from events'), '0', 'F276: another one, nothing');
select is(fixture.try('{"plugin": "a/idle plugin"}', format('insert into ai_runs (event_id, agent_node) values (%L, ''scorer'')', fixture.id('a', 'event 1'))), '42501', 'F276: a write outside the scopes is refused');
select is(fixture.try('{"plugin": "a/connector"}', format('insert into ai_runs (event_id, agent_node) values (%L, ''scorer'')', fixture.id('a', 'event 1'))), '1', 'F276: within them it is made');
select is(fixture.try('{"plugin": "a/connector"}', format('insert into ai_runs (organization_id, agent_node) values (%L, ''scorer'')', fixture.id('b', 'organization'))), '42501', 'never in another house');
select is((select string_agg(t.table_name, ' ') from fixture.tenant_tables t
            where t.table_name ~ '^(plugin_|webhook)' and t.table_name <> 'webhook_deliveries'
              and fixture.ask('{"plugin": "a/idle plugin"}', format('select count(*) from %I', t.table_name)) <> '1'), null, 'of what belongs to plugins it sees its own');
select is(fixture.ask('{"plugin": "a/connector"}', 'select count(*) from webhook_deliveries'), '0', 'bodies of webhooks are handed to it by the hub');
update plugin_installs set granted_scopes = array_remove(granted_scopes, 'events:read') where id = fixture.id('a', 'connector');
select is(fixture.ask('{"plugin": "a/connector"}', 'select count(*) from events'), '0', 'F276: a scope that is taken back is gone with the next statement');
update plugin_installs set status = 'disabled' where id = fixture.id('a', 'connector');
select is(fixture.ask('{"plugin": "a/connector"}', 'select (select count(*) from campaigns) + (select count(*) from plugin_jobs) + (select count(*) from plugin_installs)'), '0', 'F276: switched off, it sees nothing, itself included');
select is(fixture.ask('{"plugin": "a/connector"}', 'select app.role()'), null, 'and is nobody');
update plugin_installs set status = 'active' where id = fixture.id('a', 'connector');
select is(fixture.ask('{"plugin": "a/nobody"}', 'select count(*) from fashion_brands'), '0', 'an install that is not there is nobody');
select throws_ok(format($$ update plugin_installs set granted_scopes = '{crm:admin}' where id = %L $$, fixture.id('a', 'connector')), '23514', null, 'a scope reads or writes');
select throws_ok(format($$ update plugin_installs set granted_scopes = array['crm:read', null] where id = %L $$, fixture.id('a', 'connector')), '23514', null, 'and is a word');
select is(fixture.try('{"plugin": "a/connector"}', 'update plugin_installs set granted_scopes = ''{crm:write}'''), '0', 'no plugin grants itself anything');
select is(fixture.try('{"person": "a/producer"}', 'update plugin_installs set granted_scopes = ''{}'''), '0', 'F276: an owner or an admin grants');

-- F280, F162, F164, F166, F169
select is(fixture.ask('{"person": "a/owner"}', 'select access_token_enc is null from plugin_connections'), '42501', 'F280: no request reads a token, the owner''s neither');
select is(fixture.ask('{"plugin": "a/connector"}', 'select webhook_secret_enc is null from plugin_connections'), '42501', 'F280: nor does the plugin that uses it');
select is(fixture.ask('{"person": "a/owner"}', 'select to_jsonb(c) from plugin_connections c'), '42501', 'nor by asking for the row as a whole');
select is(fixture.ask('{"person": "a/owner"}', 'select count(*) from plugin_connections where external_account_id = ''a.myshopify.com'''), '1', 'the rest of it is there to see');
select is(fixture.ask('{"system": "a"}', 'select bool_and(access_token_enc is not null) from plugin_connections'), 'true', 'the worker that calls the vendor has it');
select is_empty($$ select from live.journal where table_name = 'plugin_connections' and (new_row ?| array['access_token_enc', 'refresh_token_enc', 'webhook_secret_enc']) $$, 'F280: the journal has none');
select throws_ok(format($$ insert into plugin_connections (organization_id, install_id, provider, user_id, external_account_id, access_token_enc) values (%L, %L, 'shopify', %L, 'x', 'shpat_plain') $$,
  fixture.id('a', 'organization'), fixture.id('a', 'connector'), fixture.id('a', 'owner')), '23514', null, 'F280: a token in the clear is refused');
insert into plugins (key, name, publisher, kind, version, manifest) values ('amazon', 'Amazon', 'FashionOS', 'first_party', '1', '{}');
select throws_ok(format($$ insert into plugin_connections (organization_id, install_id, provider, user_id, external_account_id, access_token_enc) values (%L, %L, 'amazon', %L, 'seller', fixture.sealed('t')) $$,
  fixture.id('a', 'organization'), fixture.id('a', 'connector'), fixture.id('a', 'owner')), '23514', null, 'F169: a seller sells in a marketplace');
select is(fixture.try('{"plugin": "a/connector"}', 'update plugin_connections set status = ''error'', last_error = ''401'''), '1', 'a plugin says how its connection does');
select is(fixture.try('{"plugin": "a/connector"}', 'update plugin_connections set external_account_id = ''other.myshopify.com'''), '42501', 'and does not point it elsewhere');
select is(fixture.try('{"plugin": "a/connector"}', 'update plugin_subscriptions set kinds = ''{registrations}'''), '42501', 'nor listens to more than it was told to');

-- F278
select is(fixture.try('{"plugin": "a/connector"}', format('insert into plugin_jobs (install_id, connection_id, kind, idempotency_key) values (%L, %L, ''publish'', ''k'')', fixture.id('a', 'connector'), fixture.id('a', 'other connection'))), '23503', 'F278: a job uses its own plugin''s account');
select is(fixture.try('{"plugin": "a/connector"}', format('insert into plugin_jobs (install_id, kind, idempotency_key) values (%L, ''sync'', ''sync-a'')', fixture.id('a', 'connector'))), '23505', 'F278: one key is one job');
select throws_ok($$ update plugin_jobs set status = 'running' $$, '23514', null, 'F278: a job that runs has a lease');

-- F279
select throws_ok(format($$ insert into webhook_deliveries (organization_id, connection_id, external_id, signature_ok) values (%L, %L, 'delivery-a', true) $$, fixture.id('a', 'organization'), fixture.id('a', 'connection')), '23505', null, 'F279: the same delivery twice is one');
select throws_ok($$ update webhook_deliveries set signature_ok = false, status = 'processed' $$, '23514', null, 'F279: what nobody signed has no effect');

-- F276: code and agreement come through the hub alone, and what one organization brought is nobody else's business.
select is(fixture.try('{"person": "a/owner"}', 'update plugin_installs set version = ''9.9.9'''), '42501', 'F276: no request changes which version runs');
select is(fixture.try('{"person": "a/owner"}', 'update plugin_installs set accepted_manifest = ''{}'''), '42501', 'nor what was agreed to');
insert into plugins (key, name, publisher, kind, version, manifest, listed) values ('home_made', 'Home made', 'Somebody', 'third_party', '1.0.0', '{}', false);
select is(fixture.ask('{"person": "a/owner"}', 'select count(*) from plugins where key = ''home_made'''), '0', 'F276: what is not listed is seen by those who have it');
select is(fixture.try('{"person": "a/owner"}', 'insert into plugin_installs (plugin_key, version, accepted_manifest) values (''home_made'', ''1.0.0'', ''{}'')'), '42501', 'F276: nobody installs around the hub');
select is(fixture.ask('{"person": "a/owner"}', 'select client_secret_enc is null from plugin_installs'), '42501', 'F280: the secret of an application is not read');
select is(fixture.ask('{"person": "a/owner"}', 'select recording_enc is null from plugin_runs'), '42501', 'F280: nor what a run heard');
select is(array[fixture.ask('{"plugin": "a/connector"}', 'select count(*) from hub.plugin_effects'), fixture.ask('{"person": "a/owner"}', 'select count(*) from hub.plugin_packages')],
          array['42501', '42501'], 'what the hub writes down for itself is read by nobody else');
select is(fixture.try('{"person": "a/producer"}', format('insert into plugin_jobs (install_id, kind, idempotency_key, status, lease, locked_by, locked_until) values (%L, ''sync'', ''mine'', ''running'', app.uuid7(), app.uuid7(), now())', fixture.id('a', 'connector'))), '42501', 'F278: a new job waits');
insert into plugin_jobs (organization_id, install_id, connection_id, kind, idempotency_key)
values (fixture.id('a', 'organization'), fixture.id('a', 'connector'), fixture.id('a', 'connection'), 'sync', 'second');
select throws_ok(format($$ update plugin_jobs set status = 'running', locked_by = app.uuid7(), locked_until = now() where connection_id = %L $$, fixture.id('a', 'connection')),
  '23505', null, 'F278: an account has one run at a time');
select is(fixture.ask('{"person": "a/owner"}', 'select app.plugin_schedule()'), '42501', 'only the hub queues what is due');

-- F276: of money and messages a plugin writes what became of them, of its own provider and channel.
insert into plugins (key, name, publisher, kind, version, manifest)
values ('stripe', 'Stripe', 'FashionOS', 'first_party', '1', '{}'), ('whatsapp', 'WhatsApp', 'FashionOS', 'first_party', '1', '{}');
insert into plugin_installs (id, organization_id, plugin_key, version, granted_scopes)
select fixture.id(h, k), fixture.id(h, 'organization'), p, '1', s::text[]
  from unnest(array['a', 'b']) h, (values ('till', 'stripe', '{billing:read,billing:write}'), ('phone', 'whatsapp', '{crm:read,crm:write}')) v (k, p, s);
create function fixture.pays(others text) returns text language sql
as $$ select format('insert into payments (invoice_id, amount, provider, provider_transaction_id%s', others) $$;
select is(fixture.try('{"plugin": "a/till"}', fixture.pays(format(') values (%L, 5, ''stripe'', ''pi_1'')', fixture.id('a', 'issued invoice')))), '1', 'F276: a plugin notes what was paid');
select is(fixture.try('{"plugin": "a/phone"}', fixture.pays(format(') values (%L, 5, ''stripe'', ''pi_1'')', fixture.id('a', 'issued invoice')))), '42501', 'F276: with the scope for it');
select is(fixture.try('{"plugin": "a/till"}', fixture.pays(format(') values (%L, 5, ''manual'', ''1'')', fixture.id('a', 'issued invoice')))), '23514', 'F276: of its own provider');
select is(fixture.try('{"plugin": "a/till"}', fixture.pays(format(', payer_id) values (%L, 5, ''stripe'', ''pi_1'', %L)', fixture.id('a', 'issued invoice'), fixture.id('a', 'attendee')))), '23514', 'and in nobody''s name');
select is(fixture.try('{"plugin": "a/till"}', fixture.pays(format(', organization_id) values (%L, 5, ''stripe'', ''pi_1'', %L)', fixture.id('b', 'issued invoice'), fixture.id('b', 'organization')))), '42501', 'never in another house');
select is(fixture.try('{"plugin": "a/till"}', fixture.pays(format(') values (%L, 5, ''stripe'', ''pi_1'')', fixture.id('b', 'issued invoice')))), '23503', 'nor for another house''s invoice');
select fixture.act('{"person": "a/owner"}', format('insert into payments (id, invoice_id, amount, provider) values (%L, %L, 50, ''stripe'')', fixture.id('a', 'owed'), fixture.id('a', 'issued invoice')));
create function fixture.tells(who text, of_table text, which text, change text) returns text language sql
as $$ select fixture.try(jsonb_build_object('plugin', who), format('update %I set %s where id = %L', of_table, change, fixture.id('a', which))) $$;
select is(fixture.tells('a/till', 'payments', 'owed', 'status = ''completed'', provider_transaction_id = ''pi_2'', payment_method = ''card'''), '1', 'F276: it says what became of a payment');
select is(array[fixture.tells('a/till', 'payments', 'owed', 'amount = 1'), fixture.tells('a/till', 'payments', 'owed', 'invoice_id = null'), fixture.tells('a/till', 'payments', 'owed', 'meta_data = ''{"x": 1}''')], array['42501', '42501', '42501'], 'F276: and changes nothing else of it');
select is(fixture.tells('a/till', 'payments', 'owed', 'provider = ''manual'''), '23514', 'nor whose it is');
select is(array[fixture.tells('a/phone', 'payments', 'owed', 'status = ''completed'''), fixture.tells('b/till', 'payments', 'owed', 'status = ''completed''')], array['0', '0'], 'nor does one without the scope, or of another house');
select is(fixture.tells('a/till', 'invoices', 'issued invoice', 'provider = ''stripe'', provider_invoice_id = ''in_1'', hosted_url = ''https://pay.example'', status = ''open'''), '1', 'F276: it says where an invoice can be paid');
select is(fixture.tells('a/till', 'invoices', 'issued invoice', 'provider = ''stripe'', status = ''paid'''), '23514', 'F276: paid is what payments say');
select is(array[fixture.tells('a/till', 'invoices', 'issued invoice', 'provider = ''stripe'', tax = 1'), fixture.tells('a/till', 'invoices', 'issued invoice', 'provider = ''stripe'', number = ''INV-0''')], array['42501', '42501'], 'F276: and not what is owed');
select is(fixture.tells('a/till', 'invoices', 'issued invoice', 'hosted_url = ''https://pay.example'''), '23514', 'nor of an invoice that is nobody''s yet');

insert into messages (id, organization_id, conversation_id, direction, channel, body)
select fixture.id('a', m), fixture.id('a', 'organization'), fixture.id('a', 'conversation'), 'outbound', c, 'Seven o''clock'
  from (values ('note', 'whatsapp'), ('letter', 'email')) v (m, c);
select is(fixture.tells('a/phone', 'messages', 'note', 'status = ''sent'', external_id = ''w1'''), '23514', 'F223: a plugin sends no draft');
select is(fixture.tells('a/phone', 'messages', 'note', 'status = ''approved'''), '23514', 'F223: and approves nothing');
select fixture.act('{"person": "a/producer"}', format('update messages set status = ''approved'' where id in (%L, %L)', fixture.id('a', 'note'), fixture.id('a', 'letter')));
select is(fixture.tells('a/phone', 'messages', 'note', 'status = ''dispatching'''), '23514', 'F223: that it goes out is the hub''s decision');
select fixture.act('{"system": "a"}', format('update messages set status = ''dispatching'' where id in (%L, %L)', fixture.id('a', 'note'), fixture.id('a', 'letter')));
select is(fixture.tells('a/phone', 'messages', 'note', 'status = ''sent'', external_id = ''w1'', sent_at = now()'), '1', 'F229: of one on its way it says that it went out');
select is(array[fixture.tells('a/phone', 'messages', 'note', 'body = ''Eight'''), fixture.tells('a/phone', 'messages', 'note', 'approved_at = now() + interval ''1 hour''')], array['42501', '42501'], 'F223: never with other words');
select is(fixture.tells('a/phone', 'messages', 'letter', 'status = ''sent'''), '23514', 'F276: nor of another channel');
select is(array[fixture.tells('a/till', 'messages', 'note', 'status = ''sent'''), fixture.tells('b/phone', 'messages', 'note', 'status = ''sent''')], array['0', '0'], 'nor does one without the scope, or of another house');

select * from finish();
rollback;
