-- Places, houses, designers and how an event is described.

insert into venues (name, address, city, country, capacity, type, time_zone)
values ('Atelier Nocturne', '3 passage des Ombres', 'Paris', 'FR', 60, 'indoor', 'Europe/Paris'),
       ('Studio Verrière', '27 rue des Teinturiers', 'Pantin', 'FR', 40, 'indoor', 'Europe/Paris'),
       ('Jardin des Brumes', '1 allée des Tilleuls', 'Versailles', 'FR', 300, 'outdoor', 'Europe/Paris');
insert into venue_floor_plans (venue_id, name, level, zones)
values (pg_temp.the('venues', 'Halle Saint-Aubin'), 'Show floor', 'Ground', '[{"name": "Runway"}, {"name": "Hall"}, {"name": "Foyer"}, {"name": "Balcony"}]'),
       (pg_temp.the('venues', 'Halle Saint-Aubin'), 'Backstage', 'Ground', '[{"name": "Line-up"}, {"name": "Hair and make-up"}, {"name": "Quick change"}]'),
       (pg_temp.the('venues', 'Atelier Nocturne'), 'Salon', 'First', '[{"name": "Salon"}, {"name": "Fitting room"}]');
insert into model_agencies (name, city, country)
values ('North Light Models', 'Copenhagen', 'DK'), ('Casa Retrato', 'Lisbon', 'PT');
update model_profiles set agency_id = pg_temp.the('model_agencies', 'North Light Models')
 where organization_id = app.org() and name in ('Signe Holm', 'Maren Voss', 'Ottilie Brandt');
update model_profiles set agency_id = pg_temp.the('model_agencies', 'Casa Retrato')
 where organization_id = app.org() and name in ('Tiago Fonseca', 'Rafael Duarte', 'Paloma Rivas');
update model_profiles set user_id = pg_temp.person('Nyadak Deng') where organization_id = app.org() and name = 'Nyadak Deng';

insert into fashion_brands (name, country, style)
values ('Atelier Ivoire', 'FR', 'bridal'), ('Kermadec', 'FR', 'knitwear');
insert into designer_profiles (user_id, brand_id, name, title, specialties, experience_level)
values (pg_temp.person('Odile Marchetti'), pg_temp.the('fashion_brands', 'Maison Nocturne'), 'Odile Marchetti', 'Creative director', '{eveningwear,draping}', 'established'),
       (null, pg_temp.the('fashion_brands', 'Maison Nocturne'), 'Tariq Benhaddou', 'Head of tailoring', '{tailoring}', 'established'),
       (null, pg_temp.the('fashion_brands', 'Kermadec'), 'Yann Kermadec', 'Guest designer', '{knitwear}', 'emerging');
update collections set designer_id = pg_temp.the('designer_profiles', case name when 'Ombre' then 'Tariq Benhaddou' else 'Odile Marchetti' end)
 where organization_id = app.org();
insert into designer_availability (designer_profile_id, event_id, time_zone, start_time, end_time, status)
select d.id, e.id, 'Europe/Paris', e.start_time - interval '8 hours', e.end_time + interval '1 hour', 'booked'
  from designer_profiles d, pg_temp.show() e where d.organization_id = app.org() and d.name <> 'Yann Kermadec';
insert into event_designers (event_id, designer_profile_id, brand_id, collection_id, collection_order, collection_name)
select (pg_temp.show()).id, c.designer_id, c.brand_id, c.id, row_number() over (order by array_position('{Ombre,Minuit,Aube}', c.name)), c.name
  from collections c where c.organization_id = app.org();

insert into event_categories (name, description) values ('Runway', 'Collections that are walked'), ('Private', 'By invitation or in small numbers');
insert into event_categories (parent_id, name, description)
values (pg_temp.the('event_categories', 'Runway'), 'Couture', 'Made to measure');
insert into event_tags (name, description) values ('couture', null), ('winter', null), ('live music', 'Musicians on stage');
insert into event_amenities (name, description, icon)
values ('Cloakroom', 'Free for all guests', 'coat'), ('Step-free access', 'Ramp at the South gate', 'ramp'), ('Rooftop bar', 'After the show', 'glass');
insert into event_tag_assignments (event_id, tag_id) select (pg_temp.show()).id, id from event_tags where organization_id = app.org();
insert into event_amenity_assignments (event_id, amenity_id) select (pg_temp.show()).id, id from event_amenities where organization_id = app.org();
insert into event_restrictions (event_id, type, description)
select (pg_temp.show()).id, type, description
  from (values ('dress_code', 'Evening wear; dark colours are welcome.'), ('age', 'From 12 years, with an adult.'),
               ('other', 'Strobe light and theatrical fog are used.')) r (type, description);

-- Three weeks before, the house showed the first pieces in its own salon: what can be reviewed happened there.
insert into events (organizer_id, venue_id, category_id, title, slug, description, theme, status, time_zone, start_time, end_time,
                    capacity_limit, guest_count_target, currency)
values (pg_temp.person('Inès Delacourt'), pg_temp.the('venues', 'Atelier Nocturne'), pg_temp.the('event_categories', 'Private'),
        'Nocturne: Atelier Preview', 'nocturne-atelier-preview', 'Six pieces seen up close.', 'Before dusk', 'draft', 'Europe/Paris',
        pg_temp.at(-21, '18:00'), pg_temp.at(-21, '21:00'), 60, 40, 'EUR');
insert into ticket_tiers (event_id, name, type, price, currency, quantity_total, color)
values (pg_temp.the('events', 'Nocturne: Atelier Preview'), 'Salon seat', 'paid', 45, 'EUR', 40, '#8a8f98'),
       (pg_temp.the('events', 'Nocturne: Atelier Preview'), 'Patron', 'paid', 120, 'EUR', 12, '#c9a227');
update events set category_id = pg_temp.the('event_categories', 'Couture') where id = (pg_temp.show()).id;
insert into venue_availability (venue_id, event_id, time_zone, start_time, end_time, status, note)
select e.venue_id, e.id, 'Europe/Paris', e.start_time - interval '10 hours', e.end_time + interval '4 hours', 'booked', 'With building up and taking down'
  from events e where e.organization_id = app.org();
insert into venue_availability (venue_id, time_zone, start_time, end_time, status, note)
values (pg_temp.the('venues', 'Jardin des Brumes'), 'Europe/Paris', pg_temp.at(120, '09:00'), pg_temp.at(121, '23:00'), 'tentative', 'Resort show, on hold');
