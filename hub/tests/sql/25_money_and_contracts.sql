-- Invoices, milestones, payments, contracts: F014, F040, F073, F082-F083, F095, F117, F119-F125.
begin;
\ir support/fixture.psql
select fixture.house('a'), fixture.house('b');
select plan(106);

create function fixture.org() returns uuid language sql stable as $$ select fixture.id('a', 'organization') $$;
create function fixture.inv(name text) returns invoices
language sql stable as $$ select i from invoices i where i.id = fixture.id('a', name) $$;

-- F120: totals follow the lines.
insert into invoices (id, organization_id, number, project_id) values (fixture.id('a', 'new'), fixture.org(), 'INV-100', fixture.id('a', 'project'));
insert into invoice_lines (id, organization_id, invoice_id, description, quantity, unit_price)
values (fixture.id('a', 'line 1'), fixture.org(), fixture.id('a', 'new'), 'Days', 2.5, 800.10), (fixture.id('a', 'line 2'), fixture.org(), fixture.id('a', 'new'), 'Rebate', 1, -0.25),
       (fixture.id('a', 'line 3'), fixture.org(), fixture.id('a', 'new'), 'Film', 3, 0.3335);
select is((fixture.inv('new')).subtotal, 2001.002::amount, 'F120: the subtotal is the sum of the lines, to the thousandth');
select is((select array_agg(order_index order by order_index) from invoice_lines where invoice_id = fixture.id('a', 'new')), array[0, 1, 2], 'F120: lines have an order');
update invoices set tax = 400 where id = fixture.id('a', 'new');
select is((fixture.inv('new')).total, 2401.002::amount, 'F120: and the total has the tax');
update invoice_lines set quantity = 2 where id = fixture.id('a', 'line 1');
select is((fixture.inv('new')).total, 2000.952::amount, 'F120: a line that changes');
delete from invoice_lines where id = fixture.id('a', 'line 3');
select is((fixture.inv('new')).total, 1999.95::amount, 'F120: one that goes');
update invoice_lines set invoice_id = fixture.id('a', 'invoice of project 3') where id = fixture.id('a', 'line 2');
select is(array[(fixture.inv('new')).subtotal, (fixture.inv('invoice of project 3')).subtotal], array[1600.2, 499.75]::amount[], 'F120: one that moves to another invoice');
select is((select project_id from invoice_lines where id = fixture.id('a', 'line 2')), fixture.id('a', 'other project'), 'and is of that one''s project');
select throws_ok($$ update invoices set total = 1 where id = fixture.id('a', 'new') $$, '42501', null, 'F120: nobody writes a total');
select is(fixture.try('{"person": "a/owner"}', 'insert into invoices (number, subtotal, total) values (''X'', 5, 5)'), '42501', 'F120: not of a new one either');
select is(fixture.try('{"person": "a/owner"}', 'update invoices set amount_paid = total'), '42501', 'F120: nor what was paid');
select throws_ok($$ insert into invoice_lines (organization_id, invoice_id, description, unit_price) values (fixture.org(), fixture.id('a', 'new'), 'Too much', -5000) $$, '23514', null, 'F120: no invoice is below zero');
select throws_ok($$ insert into invoice_lines (organization_id, invoice_id, description, quantity, unit_price) values (fixture.org(), fixture.id('a', 'new'), 'Nothing', 0, 1) $$, '23514', null, 'F120: a line is of something');
select throws_ok($$ insert into invoices (organization_id, number) values (fixture.org(), 'INV-100') $$, '23505', null, 'F120: a number is given once');
select lives_ok($$ insert into invoices (organization_id, number) values (fixture.id('b', 'organization'), 'INV-100') $$, 'F120: in each house');

-- F120: what was issued.
select is(fixture.try('{"person": "a/client"}', format('select from invoices where id = %L', fixture.id('a', 'new'))), '0', 'F117: a client sees no draft');
update invoices set status = 'open' where id = fixture.id('a', 'new');
select isnt((fixture.inv('new')).issued_at, null, 'F120: an issued invoice has its date');
select is(fixture.try('{"person": "a/client"}', format('select from invoices where id = %L', fixture.id('a', 'new'))), '1', 'F117: a client sees what was issued');
select is(fixture.try('{"person": "a/client"}', format('select from invoice_lines where invoice_id = %L', fixture.id('a', 'new'))), '1', 'F117: and its lines');
select is(fixture.try('{"person": "a/sponsor"}', 'select from invoices'), '1', 'F117: a sponsor those of their company');
select throws_ok(format(s, fixture.id('a', 'new')), '23514', null, 'F120: an issued invoice keeps ' || what)
  from (values ('update invoices set number = ''INV-101'' where id = %L', 'its number'), ('update invoices set tax = 0 where id = %L', 'its tax'),
               ('update invoices set currency = ''EUR'' where id = %L', 'its currency'), ('update invoices set status = ''draft'', issued_at = null where id = %L', 'having been issued'),
               ('update invoice_lines set unit_price = 1 where invoice_id = %L', 'its prices'), ('delete from invoice_lines where invoice_id = %L', 'its lines'),
               ('update invoice_lines set description = ''Nights'' where invoice_id = %L', 'their words'),
               ('update invoice_lines set invoice_id = ''' || fixture.id('a', 'invoice of project 3') || ''' where invoice_id = %L', 'them to itself'),
               ('insert into invoice_lines (organization_id, invoice_id, description, unit_price) values (fixture.org(), %L, ''More'', 1)', 'no more than those')) x (s, what);
select is(fixture.try('{"person": "a/owner"}', format('delete from invoices where id = %L', fixture.id('a', 'new'))), '0', 'F120: and is not deleted');
select is(fixture.try('{"person": "a/owner"}', format('delete from invoices where id = %L', fixture.id('a', 'invoice of project 3'))), '1', 'F120: a draft may be');

-- F119: payments of an invoice.
insert into billing_milestones (id, organization_id, project_id, invoice_id, amount) values (fixture.id('a', 'part'), fixture.org(), fixture.id('a', 'project'), fixture.id('a', 'new'), 2000);
select is((select (status, order_index)::text from billing_milestones where id = fixture.id('a', 'part')), '(invoiced,1)', 'F121: a milestone on an invoice is invoiced, and comes after the first');
insert into payments (id, organization_id, invoice_id, amount, provider, provider_transaction_id)
values (fixture.id('a', 'first half'), fixture.org(), fixture.id('a', 'new'), 1000, 'stripe', 'pi_1'), (fixture.id('a', 'second half'), fixture.org(), fixture.id('a', 'new'), 1000.2, 'stripe', 'pi_2');
select is((fixture.inv('new')).amount_paid, 0::amount, 'F119: what is pending is not paid');
select is((select project_id from payments where id = fixture.id('a', 'first half')), fixture.id('a', 'project'), 'a payment is of its invoice''s project');
update payments set status = 'completed' where id = fixture.id('a', 'first half');
select is(((fixture.inv('new')).amount_paid, (fixture.inv('new')).status)::text, '(1000.000,open)', 'F119: a part is paid');
update payments set status = 'completed' where id = fixture.id('a', 'second half');
select is(((fixture.inv('new')).amount_paid, (fixture.inv('new')).status, (fixture.inv('new')).paid_at is not null)::text, '(2000.200,paid,t)', 'F119: all of it makes the invoice paid');
select is((select (status, paid_at is not null)::text from billing_milestones where id = fixture.id('a', 'part')), '(paid,t)', 'F119: and its milestone');
select throws_ok($$ insert into payments (organization_id, invoice_id, amount, status) values (fixture.org(), fixture.id('a', 'new'), 1, 'completed') $$, '23514', null, 'F120: nobody pays more than is owed');
select throws_ok($$ insert into payments (organization_id, invoice_id, amount, currency) values (fixture.org(), fixture.id('a', 'new'), 1, 'EUR') $$, '23514', null, 'F120: nor in another currency');
select throws_ok($$ insert into payments (organization_id, invoice_id, amount, provider, provider_transaction_id) values (fixture.org(), fixture.id('a', 'issued invoice'), 1, 'stripe', 'pi_1') $$, '23505', null, 'F082: a transaction is booked once');
select is(fixture.ask('{"person": "a/client"}', format('select count(*) from payments where invoice_id = %L', fixture.id('a', 'new'))), '2', 'F117: the client sees what they paid');
update payments set refunded_amount = 200 where id = fixture.id('a', 'first half');
select is(((fixture.inv('new')).amount_paid, (fixture.inv('new')).status)::text, '(1800.200,open)', 'F082: a refund opens the invoice again');
select is((select (status, paid_at)::text from billing_milestones where id = fixture.id('a', 'part')), '(invoiced,)', 'F082: and the milestone');
update payments set status = 'refunded' where id = fixture.id('a', 'second half');
select is((fixture.inv('new')).amount_paid, 800::amount, 'F082: refunded means all of it');
select throws_ok(format(s, fixture.id('a', 'first half')), '23514', null, 'F082: ' || what)
  from (values ('update payments set amount = 5 where id = %L', 'a payment that was made keeps its amount'), ('update payments set status = ''pending'' where id = %L', 'and its state'),
               ('update payments set refunded_amount = 100 where id = %L', 'a refund is not taken back'), ('update payments set refunded_amount = 1001 where id = %L', 'nor more than was paid'),
               ('update payments set invoice_id = ''' || fixture.id('a', 'issued invoice') || ''', project_id = null where id = %L', 'it stays with what it paid')) x (s, what);
select throws_ok($$ update payments set refunded_amount = 1 where status = 'pending' and invoice_id is not null $$, '23514', null, 'F082: what was not paid is not refunded');
select throws_ok($$ insert into payments (organization_id, amount) values (fixture.org(), 1) $$, '23514', null, 'F083: a payment is of something');
select throws_ok($$ insert into payments (organization_id, amount, order_id, invoice_id) values (fixture.org(), 1, fixture.id('a', 'order 1'), fixture.id('a', 'issued invoice')) $$, '23514', null, 'F083: of one thing');
select throws_ok($$ insert into payments (organization_id, amount, order_id, project_id) values (fixture.org(), 1, fixture.id('a', 'order 1'), fixture.id('a', 'project')) $$, '23514', null, 'F014: a ticket''s payment is of no project, where clients would see it');
select throws_ok($$ insert into payments (organization_id, amount, order_id, event_id) values (fixture.org(), 1, fixture.id('a', 'order 1'), fixture.id('a', 'event 2')) $$, '23503', null, 'F083: and of no other event');
select throws_ok($$ insert into payments (organization_id, amount, order_id) values (fixture.org(), 0, fixture.id('a', 'order 1')) $$, '23514', null, 'F082: of more than nothing');
select lives_ok($$ insert into payments (organization_id, amount, registration_id, status) select fixture.org(), 5, fixture.id('a', 'guest 1'), s from unnest(array['failed', 'failed', 'pending']) s $$, 'F083: a ticket may be tried to be paid for many times');
select is(fixture.ask('{"person": "a/attendee"}', 'select string_agg(distinct amount::text, '','') from payments'), '40.000', 'F082: a buyer sees their own');
select is(fixture.try('{"person": "a/producer"}', format('insert into payments (invoice_id, amount) values (%L, 1)', fixture.id('a', 'issued invoice'))), '42501', 'F120: owners and admins book payments');
select is(fixture.try('{"person": "a/owner"}', 'delete from payments'), '0', 'F120: nobody deletes one');

-- F040, F121
select throws_ok($$ insert into billing_milestones (organization_id, title, amount) values (fixture.org(), 'Nobody''s', 1) $$, '23514', null, 'F121: a milestone is of a project, a shoot or an event');
select throws_ok($$ insert into billing_milestones (organization_id, project_id, invoice_id, amount, currency) values (fixture.org(), fixture.id('a', 'project'), fixture.id('a', 'issued invoice'), 1, 'EUR') $$, '23514', null, 'F121: in the currency of its invoice');
insert into billing_milestones (organization_id, project_id, title, amount, order_index) values (fixture.org(), fixture.id('a', 'project'), 'Deposit', 1, -1);
insert into billing_milestones (organization_id, shoot_id, title, amount) values (fixture.org(), fixture.id('a', 'shoot'), 'Last', 1);
select is((select array_agg(title order by order_index) from billing_milestones where project_id = fixture.id('a', 'project')), array['Deposit', 'Half', 'Milestone', 'Last'], 'F121: they have an order, and a shoot''s are its project''s');
select is((select paid_at is not null from billing_milestones where id = fixture.id('a', 'milestone')), false, 'F040: what is not paid has no time');
update billing_milestones set status = 'paid' where id = fixture.id('a', 'milestone');
select is((select paid_at is not null from billing_milestones where id = fixture.id('a', 'milestone')), true, 'F040: what is paid has one');
update billing_milestones set status = 'invoiced' where id = fixture.id('a', 'milestone');
update organizations set time_zone = 'Pacific/Kiritimati' where id = fixture.org();
update billing_milestones set due_date = (now() at time zone 'Pacific/Kiritimati')::date - 1 where project_id = fixture.id('a', 'project');
update billing_milestones set due_date = (now() at time zone 'Pacific/Kiritimati')::date where title = 'Last';
update billing_milestones set due_date = '2020-01-01' where organization_id = fixture.id('b', 'organization');
select is(fixture.ask('{"person": "a/owner"}', 'select app.mark_overdue()'), '42501', 'F040: the hub says what is overdue');
select is(fixture.ask('{"person": "a/owner"}', 'select app.take_round()'), '42501', 'F040: nobody but the hub takes a day');
select is(fixture.ask('{"person": "a/owner"}', 'select count(*) from app.rounds_due()'), '42501', 'F040: or learns whose day has begun');
select is(fixture.ask('{"system": "a"}', 'select app.mark_overdue()'), '3', 'F040: what was due yesterday, where the organization is');
select is((select string_agg(title || ' ' || status, ', ' order by order_index) from billing_milestones where project_id = fixture.id('a', 'project')),
          'Deposit overdue, Half overdue, Milestone overdue, Last pending', 'F040: and nothing else');
select is((select count(*) from billing_milestones where organization_id = fixture.id('b', 'organization') and status = 'overdue'), 0::bigint, 'F040: nor in another house');
update invoices set status = 'void' where id = fixture.id('a', 'new');
select is((select (status, invoice_id)::text from billing_milestones where id = fixture.id('a', 'part')), '(pending,)', 'F121: a void invoice frees its milestones');

-- F073, and whatever else would take payments along.
insert into invoices (id, organization_id, number, event_id, status) values (fixture.id('a', 'sent'), fixture.org(), 'INV-300', fixture.id('a', 'event 2'), 'open');
select throws_ok($$ delete from events where id = fixture.id('a', 'event 2') $$, '23514', null, 'F073: an event with an issued invoice is kept');
update invoices set status = 'void' where id = fixture.id('a', 'sent');
select lives_ok($$ delete from events where id = fixture.id('a', 'event 2') $$, 'F073: an event without payments is deleted');
update payments set status = 'completed' where order_id = fixture.id('a', 'order 1');
select throws_ok(format(s, fixture.id('a', name)), '23514', null, 'F073: with payments, no ' || s)
  from (values ('delete from events where id = %L', 'event 1'), ('delete from orders where id = %L', 'order 1')) x (s, name);
update payments set status = 'completed' where registration_id = fixture.id('a', 'guest 1') and status = 'pending' and amount = 20;
select throws_ok(format(s, fixture.id('a', name)), '23514', null, 'F073: with payments, no ' || s)
  from (values ('delete from registrations where id = %L', 'guest 1'), ('delete from ticket_tiers where id = %L', 'tier 1'), ('delete from projects where id = %L', 'project')) x (s, name);
select is(fixture.try('{"person": "a/owner"}', format('delete from events where id = %L', fixture.id('a', 'event 1'))), '23514', 'F073: not for the owner');
select is(fixture.try('{"person": "a/admin"}', format('with s as materialized (select set_config(''app.purge'', ''on'', true)) delete from events using s where id = %L', fixture.id('a', 'event 1'))), '23514', 'F073: not for an admin who purges');
select is(fixture.try('{"person": "a/owner"}', format('with s as materialized (select set_config(''app.purge'', ''on'', true)) delete from events using s where id = %L', fixture.id('a', 'event 1'))), '1', 'F073: for the owner who says so');
select is(fixture.try('{"person": "a/owner"}', format('with s as materialized (select set_config(''app.purge'', ''on'', true)) delete from projects using s where id = %L', fixture.id('a', 'project'))), '1', 'F073: and for projects');
update payments set status = 'refunded' where order_id = fixture.id('a', 'order 1') or registration_id = fixture.id('a', 'guest 1') and status = 'completed';
select throws_ok($$ delete from events where id = fixture.id('a', 'event 1') $$, '23514', null, 'F073: what was refunded was paid');

-- F122, F123
select throws_ok(format('update contracts set %s where id = %L', s, fixture.id('a', 'contract')), '23514', null, 'F123: of what was sent, nobody changes ' || split_part(s, ' ', 1))
  from unnest(array['body = ''x''', 'terms = ''{"fee": 1}''', 'document_sha256 = sha256(''x'')', 'status = ''draft''']) s;
select lives_ok($$ update contracts set body = 'x', terms = '{}' where id = fixture.id('a', 'draft contract') $$, 'F122: a draft may change');
select throws_ok($$ update contracts set status = 'signed' where id = fixture.id('a', 'contract') $$, '23514', null, 'F122: what is signed has a time');
select is(fixture.ask('{"person": "a/client"}', 'select string_agg(title, '','' order by title) from contracts'), 'Release,Release', 'F117: a client sees the contracts of their projects that were sent');
select is(fixture.ask('{"person": "a/model"}', 'select string_agg(title, '','') from contracts'), 'Release', 'F122: a model sees their own');
select is(fixture.ask('{"person": "a/sponsor"}', 'select string_agg(title, '','') from contracts'), 'Sponsoring', 'F122: a sponsor their company''s');
insert into contract_signatories (id, organization_id, contract_id, user_id, name_enc, email_enc, email_bidx)
values (fixture.id('a', 'guardian'), fixture.org(), fixture.id('a', 'contract'), fixture.id('a', 'client'), fixture.sealed('g'), fixture.sealed('g'), fixture.blind('g'));
create function fixture.sign(who text, signatory text, signed_text text) returns text
language sql volatile
as $$
  select fixture.act(who::jsonb, format('update contract_signatories set status = ''signed'', signature_enc = fixture.sealed(''ink''), signed_sha256 = sha256(%L) where id = %L', signed_text, fixture.id('a', signatory)))
$$;
select is(fixture.sign('{"person": "a/owner"}', 'signatory', 'text'), '42501', 'F123: nobody signs for somebody else, the owner neither');
select is(fixture.sign('{"person": "a/client"}', 'signatory', 'text'), '0', 'F123: nor another party');
select is(fixture.sign('{"person": "a/model"}', 'signatory', 'another text'), '23514', 'F123: nor anything but what was sent');
select is(fixture.try('{"person": "a/model"}', 'update contract_signatories set name_enc = fixture.sealed(''x'')'), '42501', 'F123: a signatory changes nothing else');
select is(fixture.sign('{"person": "a/model"}', 'signatory', 'text'), '1', 'F123: each signs for themselves');
select is((select (c.status, s.signed_at is not null)::text from contracts c join contract_signatories s on s.contract_id = c.id where s.id = fixture.id('a', 'signatory')), '(sent,t)', 'F123: one of two does not make it signed');
select throws_ok($$ update contract_signatories set status = 'pending', signed_at = null where id = fixture.id('a', 'signatory') $$, '23514', null, 'F123: a signature is not taken back');
select throws_ok($$ update contract_signatories set signature_enc = fixture.sealed('other') where id = fixture.id('a', 'signatory') $$, '23514', null, 'F123: nor replaced');
select is(fixture.sign('{"system": "a"}', 'guardian', 'text'), '1', 'F123: the hub signs for whoever came by their link');
select is((select (status, signed_at is not null)::text from contracts where id = fixture.id('a', 'contract')), '(signed,t)', 'F123: the last one makes the contract signed');
select throws_ok($$ insert into contract_signatories (organization_id, contract_id, name_enc, email_enc, email_bidx) values (fixture.org(), fixture.id('a', 'contract'), fixture.sealed('l'), fixture.sealed('l'), fixture.blind('l')) $$, '23514', null, 'F123: nobody is added afterwards');
update contract_signatories set status = 'declined' where id = fixture.id('a', 'signatory of project 2');
select is((select status from contracts where id = fixture.id('a', 'contract of project 2')), 'declined', 'F123: who declines, declines for all');
select throws_ok($$ insert into contract_signatories (organization_id, contract_id, name_enc, email_enc, email_bidx, status, signed_at, signature_enc, signed_sha256)
  values (fixture.org(), fixture.id('a', 'draft contract'), fixture.sealed('l'), fixture.sealed('l'), fixture.blind('l'), 'signed', now(), fixture.sealed('l'), sha256('text')) $$, '23514', null, 'F123: nobody signs a draft');
select is_empty($$ select from live.journal where table_name = 'contract_signatories' and new_row ? 'token_hash' $$, 'F123: personal links are in no journal');
delete from projects where id = fixture.id('a', 'company project');
select is((select (project_id, status)::text from contracts where id = fixture.id('a', 'contract of project 2')), '(,declined)', 'F122: a contract outlives its project');

select * from finish();
rollback;
