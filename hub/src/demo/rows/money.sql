-- What was agreed, asked for and paid. Nobody has signed: that is for a person to do.

insert into contracts (event_id, account_id, title, type, body, terms)
values ((pg_temp.show()).id, pg_temp.the('accounts', 'Banque Corvin'), 'Corvin presents Nocturne', 'sponsor', 'Two instalments of 60,000 euros before tax.', '{"seats": 12}');
insert into contracts (event_id, model_profile_id, title, type, body)
select m.event_id, m.model_profile_id, 'Release of ' || p.name, 'talent', 'Pictures of the show may be used for one year.'
  from event_models m join model_profiles p on p.id = m.model_profile_id where m.event_id = (pg_temp.show()).id and m.walk_order <= 4;
insert into contracts (event_id, vendor_id, title, type, body, status)
values ((pg_temp.show()).id, pg_temp.the('vendors', 'Lumière & Fils'), 'Light and sound', 'vendor', 'Two follow spots; piano and voice.', 'active');
insert into contracts (project_id, account_id, title, type, body)
values (pg_temp.the('projects', 'Ombre Lookbook'), pg_temp.the('accounts', 'Galerie Vauban'), 'Lookbook for Vauban', 'client', 'Twelve pictures, two instalments.');

insert into invoices (number, event_id, account_id, sponsorship_id, currency, due_date)
select 'MN-2041', s.event_id, s.sponsor_id, s.id, 'EUR', pg_temp.day(-10) from event_sponsorships s where s.organization_id = app.org() and s.tier = 'presenting';
insert into invoices (number, event_id, account_id, sponsorship_id, currency, due_date)
select 'MN-2042', s.event_id, s.sponsor_id, s.id, 'EUR', pg_temp.day(14) from event_sponsorships s where s.organization_id = app.org() and s.tier = 'gold';
insert into invoices (number, project_id, account_id, currency, due_date)
values ('MN-2043', pg_temp.the('projects', 'Ombre Lookbook'), pg_temp.the('accounts', 'Galerie Vauban'), 'EUR', pg_temp.day(20));
insert into billing_milestones (project_id, shoot_id, contract_id, title, amount, currency, due_date)
select s.project_id, s.id, pg_temp.the('contracts', 'Lookbook for Vauban'), m.title, 7000, 'EUR', pg_temp.day(m.due)
  from shoots s, (values ('Before the shoot', 3), ('On delivery', 20)) m (title, due) where s.organization_id = app.org();
update billing_milestones set invoice_id = pg_temp.the('invoices', 'MN-2043') where organization_id = app.org() and title = 'Before the shoot';
insert into invoice_lines (invoice_id, description, quantity, unit_price)
values (pg_temp.the('invoices', 'MN-2041'), 'Presenting partner, instalment', 2, 60000),
       (pg_temp.the('invoices', 'MN-2042'), 'Gold partner', 1, 45000);
insert into invoice_lines (invoice_id, milestone_id, description, unit_price)
select invoice_id, id, 'Lookbook, before the shoot', amount from billing_milestones where organization_id = app.org() and invoice_id is not null;
update invoices set tax = subtotal * 0.2 where organization_id = app.org();
update invoices set status = 'open', issued_at = pg_temp.at(-40, '10:00') where organization_id = app.org() and number in ('MN-2041', 'MN-2042');
insert into payments (invoice_id, amount, currency, status, provider, payment_method)
values (pg_temp.the('invoices', 'MN-2041'), 72000, 'EUR', 'completed', 'manual', 'bank transfer'),
       (pg_temp.the('invoices', 'MN-2041'), 72000, 'EUR', 'completed', 'manual', 'bank transfer'),
       (pg_temp.the('invoices', 'MN-2042'), 27000, 'EUR', 'completed', 'manual', 'bank transfer');
insert into deliverables (project_id, milestone_id, title, description, due_date, status)
values (pg_temp.the('projects', 'Ombre Lookbook'), pg_temp.the('billing_milestones', 'On delivery'), 'Twelve pictures', 'Retouched, with rights for one year', pg_temp.day(14), 'pending'),
       (pg_temp.the('projects', 'Ombre Lookbook'), null, 'Shot list', 'For the client to agree to', pg_temp.day(3), 'submitted');
