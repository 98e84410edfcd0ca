-- Suppliers, partners, crew, and who has to be where.

insert into vendors (account_id, name, type)
values (pg_temp.the('accounts', 'Lumière & Fils'), 'Lumière & Fils', '{light,sound}'),
       (pg_temp.the('accounts', 'Table Ronde Traiteur'), 'Table Ronde Traiteur', '{catering}'),
       (null, 'Sécurité Quai', '{security}'), (null, 'Coiffure Solange', '{hair,make-up}');
insert into vendor_services (vendor_id, name, description, pricing)
select pg_temp.the('vendors', vendor), name, about, jsonb_build_object('amount', price, 'currency', 'EUR')
  from (values ('Lumière & Fils', 'Follow spots', 'Two, with operators', 4200), ('Lumière & Fils', 'Sound and monitors', 'Piano and voice', 6800),
               ('Table Ronde Traiteur', 'After-party buffet', 'For 300', 18600), ('Sécurité Quai', 'Door and floor', '22 people', 9400),
               ('Coiffure Solange', 'Hair and make-up', '14 chairs', 12500)) s (vendor, name, about, price);
insert into event_vendors (event_id, vendor_id, service_id, status)
select (pg_temp.show()).id, s.vendor_id, s.id, 'confirmed' from vendor_services s where s.organization_id = app.org();
insert into stakeholders (managed_by, contact_id, vendor_id, name, role, company)
values (pg_temp.person('Clémence Okoro'), pg_temp.the('contacts', 'Hélène Corvin'), null, 'Hélène Corvin', 'Partner', 'Banque Corvin'),
       (pg_temp.person('Inès Delacourt'), null, pg_temp.the('vendors', 'Lumière & Fils'), 'Gaspard Lumière', 'Lighting', 'Lumière & Fils'),
       (pg_temp.person('Inès Delacourt'), null, pg_temp.the('vendors', 'Coiffure Solange'), 'Solange Achour', 'Hair and make-up', 'Coiffure Solange'),
       (pg_temp.person('Inès Delacourt'), null, null, 'Irina Vogel', 'Soprano', null);
insert into event_stakeholders (event_id, stakeholder_id, role)
select (pg_temp.show()).id, id, role from stakeholders where organization_id = app.org();
insert into organizer_teams (owner_id, name, type)
values (pg_temp.person('Inès Delacourt'), 'Show production', 'production'), (pg_temp.person('Clémence Okoro'), 'Partnerships', 'commercial');
insert into organizer_team_members (team_id, user_id, role)
values (pg_temp.the('organizer_teams', 'Show production'), pg_temp.person('Inès Delacourt'), 'lead'),
       (pg_temp.the('organizer_teams', 'Show production'), pg_temp.person('Mathis Aubry'), 'stage'),
       (pg_temp.the('organizer_teams', 'Partnerships'), pg_temp.person('Clémence Okoro'), 'lead');
insert into organizer_team_members (team_id, stakeholder_id, role)
values (pg_temp.the('organizer_teams', 'Show production'), pg_temp.the('stakeholders', 'Gaspard Lumière'), 'light');
update events set organizer_team_id = pg_temp.the('organizer_teams', 'Show production') where id = (pg_temp.show()).id;
insert into event_members (event_id, user_id, role)
select (pg_temp.show()).id, pg_temp.person(name), role
  from (values ('Clémence Okoro', 'producer'), ('Mathis Aubry', 'show_caller'), ('Odile Marchetti', 'viewer'), ('Sorin Vasile', 'viewer')) m (name, role);

insert into staff_roles (name, description)
values ('Stage manager', 'Runs backstage on the caller''s word'), ('Dresser', 'Two models each'), ('Usher', 'Seats the guests'), ('Door', 'Scans and greets');
insert into staff (user_id, role_id, skills) values (pg_temp.person('Mathis Aubry'), pg_temp.the('staff_roles', 'Stage manager'), '{stage,radio}');
insert into staff (role_id, name, skills)
select pg_temp.the('staff_roles', role), name, skills::text[]
  from (values ('Dresser', 'Nadia Belkacem', '{sewing}'), ('Dresser', 'Colette Perrin', '{sewing}'), ('Dresser', 'Samir Achour', '{quick change}'),
               ('Usher', 'Léo Grimaud', '{english}'), ('Usher', 'Anouk Salvi', '{italian}'), ('Door', 'Fatou Keïta', '{radio}'),
               ('Door', 'Piotr Zawadzki', '{polish}'), ('Door', 'Hugo Lemaire', '{}')) s (role, name, skills);
insert into shifts (event_id, start_time, end_time, required_staff, notes)
select e.id, e.start_time + at_start, e.end_time + at_end, heads, notes
  from pg_temp.show() e, (values (interval '-6 hours', interval '1 hour', 4, 'Backstage'), ('-1 hour', '-30 minutes', 5, 'Front of house')) s (at_start, at_end, heads, notes);
insert into staff_assignments (event_id, staff_id, role_id, shift_id)
select h.event_id, s.id, s.role_id, h.id
  from staff s join staff_roles r on r.id = s.role_id
  join shifts h on h.organization_id = s.organization_id and h.notes = case when r.name in ('Usher', 'Door') then 'Front of house' else 'Backstage' end
 where s.organization_id = app.org();

insert into event_models (event_id, model_profile_id, status, walk_order, is_opening, is_closing, fitting_status)
select l.event_id, l.model_profile_id, 'confirmed', row_number() over (order by min(l.place)), bool_or(l.place = 1), bool_or(l.place = l.looks), 'completed'
  from (select x.event_id, x.model_profile_id, row_number() over w as place, count(*) over () as looks
          from show_lineup x join runway_segments g on g.id = x.segment_id
         where x.event_id = (pg_temp.show()).id and x.model_profile_id is not null
        window w as (order by g.order_index, x.order_index)) l
 group by l.event_id, l.model_profile_id;
insert into model_availability (model_profile_id, event_id, time_zone, start_time, end_time, status)
select m.model_profile_id, e.id, 'Europe/Paris', e.start_time - interval '6 hours', e.end_time, 'booked'
  from pg_temp.show() e join event_models m on m.event_id = e.id;
insert into call_times (event_id, model_profile_id, time_zone, call_at, location, notes)
select e.id, m.model_profile_id, 'Europe/Paris', e.start_time - interval '5 hours' + m.walk_order % 4 * interval '20 minutes', 'Backstage', 'Hair and make-up first'
  from pg_temp.show() e join event_models m on m.event_id = e.id;
insert into call_times (event_id, staff_id, time_zone, call_at, location)
select a.event_id, a.staff_id, 'Europe/Paris', h.start_time, h.notes from staff_assignments a join shifts h on h.id = a.shift_id where a.organization_id = app.org();
insert into comp_cards (model_profile_id, stats)
select id, jsonb_build_object('height_cm', height_cm) from model_profiles where organization_id = app.org() order by name limit 6;
