-- Projects: the show itself, a lookbook with its shoot, and a website; what is to be done and what it costs.

insert into projects (owner_id, client_id, title, type, status, start_date, due_date, currency, budget_total)
values (pg_temp.person('Inès Delacourt'), null, 'Nocturne Winter Show', 'event', 'active', pg_temp.day(-120), pg_temp.day(30), 'EUR', 0),
       (pg_temp.person('Inès Delacourt'), pg_temp.the('accounts', 'Galerie Vauban'), 'Ombre Lookbook', 'shoot', 'active', pg_temp.day(-30), pg_temp.day(14), 'EUR', 24000),
       (pg_temp.person('Clémence Okoro'), null, 'Nocturne Online', 'web', 'planning', pg_temp.day(-10), pg_temp.day(60), 'EUR', 18000);
insert into project_members (project_id, user_id, role)
values (pg_temp.the('projects', 'Ombre Lookbook'), pg_temp.person('Lucie Ferrand'), 'client'),
       (pg_temp.the('projects', 'Ombre Lookbook'), pg_temp.person('Odile Marchetti'), 'editor'),
       (pg_temp.the('projects', 'Ombre Lookbook'), pg_temp.person('Nyadak Deng'), 'viewer');
update events set project_id = pg_temp.the('projects', 'Nocturne Winter Show'), budget_total = 150000 where id = (pg_temp.show()).id;

insert into tasks (event_id, phase_id, assigned_to, title, status, priority, due_date, is_critical_path)
select p.event_id, p.id, pg_temp.person(t.who), t.title, t.status, t.priority, pg_temp.day(t.due), t.critical
  from (values
    ('concept', 'Odile Marchetti', 'Forty looks are final', 'done', 'high', -40, true),
    ('casting', 'Inès Delacourt', 'Confirm twenty models', 'done', 'high', -30, true),
    ('casting', 'Odile Marchetti', 'Last fittings', 'done', 'medium', -3, true),
    ('production', 'Mathis Aubry', 'Load test of the fly bar', 'done', 'urgent', -2, true),
    ('production', 'Mathis Aubry', 'Drain of the rain curtain', 'done', 'high', -1, false),
    ('invitations', 'Clémence Okoro', 'Seat the front row', 'done', 'high', -4, false),
    ('show_day', 'Mathis Aubry', 'Radio check with all gates', 'in_progress', 'high', 0, true),
    ('show_day', 'Inès Delacourt', 'Brief the ushers', 'in_progress', 'medium', 0, false),
    ('follow_up', 'Clémence Okoro', 'Send pictures to the press', 'todo', 'high', 1, false),
    ('follow_up', 'Clémence Okoro', 'Report to the partners', 'todo', 'medium', 21, false)
  ) t (phase, who, title, status, priority, due, critical)
  join event_phases p on p.event_id = (pg_temp.show()).id and p.phase_key = t.phase;
insert into tasks (project_id, assigned_to, title, status, due_date)
values (pg_temp.the('projects', 'Ombre Lookbook'), pg_temp.person('Inès Delacourt'), 'Book the studio', 'done', pg_temp.day(-12)),
       (pg_temp.the('projects', 'Ombre Lookbook'), pg_temp.person('Odile Marchetti'), 'Steam and pack the pieces', 'todo', pg_temp.day(4)),
       (pg_temp.the('projects', 'Nocturne Online'), pg_temp.person('Clémence Okoro'), 'Write the brief', 'in_progress', pg_temp.day(7));
insert into tasks (deal_id, assigned_to, title, due_date)
values (pg_temp.the('deals', 'Velours backstage beauty'), pg_temp.person('Clémence Okoro'), 'Send the reach of the preview', pg_temp.day(1));
insert into task_assignees (task_id, user_id)
values (pg_temp.the('tasks', 'Brief the ushers'), pg_temp.person('Mathis Aubry')),
       (pg_temp.the('tasks', 'Seat the front row'), pg_temp.person('Inès Delacourt'));
insert into task_assignees (task_id, stakeholder_id)
values (pg_temp.the('tasks', 'Load test of the fly bar'), pg_temp.the('stakeholders', 'Gaspard Lumière'));
insert into task_dependencies (task_id, depends_on_task_id)
values (pg_temp.the('tasks', 'Last fittings'), pg_temp.the('tasks', 'Confirm twenty models')),
       (pg_temp.the('tasks', 'Last fittings'), pg_temp.the('tasks', 'Forty looks are final')),
       (pg_temp.the('tasks', 'Report to the partners'), pg_temp.the('tasks', 'Send pictures to the press'));
insert into budget_items (event_id, category, item_name, currency, budgeted_amount, actual_amount, status, vendor_id)
select (pg_temp.show()).id, category, item, 'EUR', planned, spent, status, case when vendor is not null then pg_temp.the('vendors', vendor) end
  from (values
    ('venue', 'Halle Saint-Aubin, three days', 42000, 42000, 'paid', null),
    ('light', 'Follow spots', 4200, 4200, 'invoiced', 'Lumière & Fils'),
    ('sound', 'Piano, voice, monitors', 7000, 6800, 'invoiced', 'Lumière & Fils'),
    ('staging', 'Mirrors and rain curtain', 31000, 33500, 'paid', null),
    ('talent', 'Twenty models', 36000, 0, 'committed', null),
    ('beauty', 'Hair and make-up', 12500, 0, 'committed', 'Coiffure Solange'),
    ('security', 'Door and floor', 9400, 0, 'committed', 'Sécurité Quai')
  ) b (category, item, planned, spent, status, vendor);
insert into budget_items (project_id, category, item_name, currency, budgeted_amount, actual_amount, status)
values (pg_temp.the('projects', 'Ombre Lookbook'), 'studio', 'Studio Verrière, one day', 'EUR', 1800, 1800, 'paid'),
       (pg_temp.the('projects', 'Ombre Lookbook'), 'crew', 'Photographer and assistant', 'EUR', 5200, 0, 'committed');

insert into products (collection_id, brand_id, sku, name, price, currency, stock_quantity)
select pg_temp.the('collections', collection), pg_temp.the('fashion_brands', 'Maison Nocturne'), sku, name, price, 'EUR', stock
  from (values ('Ombre', 'OMB-001', 'Cocoon coat in slate wool', 3400, 12), ('Ombre', 'OMB-002', 'Tailored cape', 2900, 8),
               ('Ombre', 'OMB-003', 'Opera coat', 4800, 4), ('Minuit', 'MIN-001', 'Velvet smoking', 3100, 10),
               ('Minuit', 'MIN-002', 'Jet column dress', 5200, 3), ('Aube', 'AUB-001', 'Pearl organza gown', 8900, 1)) p (collection, sku, name, price, stock);
insert into event_products (event_id, product_id, lineup_id)
select l.event_id, p.id, l.id
  from (select x.*, row_number() over (partition by x.collection_id order by x.order_index) as place from show_lineup x
         where x.event_id = (pg_temp.show()).id) l
  join (select y.*, row_number() over (partition by y.collection_id order by y.sku) as place from products y where y.organization_id = app.org()) p
    on p.collection_id = l.collection_id and p.place = l.place;

insert into shoots (project_id, designer_id, location_id, title, shoot_type, scheduled_date, starts_at, ends_at, time_zone, location, created_by)
values (pg_temp.the('projects', 'Ombre Lookbook'), pg_temp.the('designer_profiles', 'Tariq Benhaddou'), pg_temp.the('venues', 'Studio Verrière'),
        'Ombre in the glasshouse', 'lookbook', pg_temp.day(5), pg_temp.at(5, '08:00'), pg_temp.at(5, '18:00'), 'Europe/Paris', 'Studio Verrière',
        pg_temp.person('Inès Delacourt'));
insert into venue_availability (venue_id, shoot_id, project_id, time_zone, start_time, end_time, status)
select s.location_id, s.id, s.project_id, s.time_zone, s.starts_at, s.ends_at, 'booked' from shoots s where s.organization_id = app.org();
insert into shoot_models (project_id, shoot_id, model_profile_id, status, role)
select s.project_id, s.id, m.id, 'confirmed', m.name from shoots s join model_profiles m on m.organization_id = s.organization_id
 where s.organization_id = app.org() and m.name in ('Nyadak Deng', 'Signe Holm');
update shoot_models set role = 'lead' where organization_id = app.org() and model_profile_id = pg_temp.the('model_profiles', 'Nyadak Deng');
update shoot_models set role = 'second look' where organization_id = app.org() and model_profile_id = pg_temp.the('model_profiles', 'Signe Holm');
insert into model_availability (model_profile_id, shoot_id, project_id, time_zone, start_time, end_time, status)
select m.model_profile_id, s.id, s.project_id, s.time_zone, s.starts_at, s.ends_at, 'booked' from shoots s join shoot_models m on m.shoot_id = s.id where s.organization_id = app.org();
insert into call_times (shoot_id, project_id, model_profile_id, time_zone, call_at, location)
select s.id, s.project_id, m.model_profile_id, s.time_zone, s.starts_at - interval '1 hour', 'Studio Verrière, make-up' from shoots s join shoot_models m on m.shoot_id = s.id where s.organization_id = app.org();
insert into shot_lists (project_id, shoot_id, title, status)
select project_id, id, 'Glasshouse', 'in_review' from shoots where organization_id = app.org();
insert into scenes (project_id, shot_list_id, title, description)
select l.project_id, l.id, c.title, c.about
  from shot_lists l, (values ('Among the panes', 'Grey daylight, no flash.'), ('The iron stair', 'Wind from the left.')) c (title, about) where l.organization_id = app.org();
insert into shots (project_id, shoot_id, shot_list_id, scene_id, description, time_est_minutes)
select l.project_id, l.shoot_id, l.id, c.id, s.about, s.minutes
  from (values ('Among the panes', 'Cocoon coat, full length', 30), ('Among the panes', 'Collar and hands', 20), ('Among the panes', 'Cape from behind', 25),
               ('The iron stair', 'Opera coat coming down', 40), ('The iron stair', 'Cape in the wind', 35), ('The iron stair', 'Both on the landing', 30)) s (scene, about, minutes)
  join scenes c on c.organization_id = app.org() and c.title = s.scene join shot_lists l on l.id = c.shot_list_id;
insert into shot_products (project_id, shot_id, product_id)
select s.project_id, s.id, p.id from shots s join products p on p.organization_id = s.organization_id
   and p.sku::text = case when s.description ~ 'Cape' then 'OMB-002' when s.description ~ 'Opera' then 'OMB-003' else 'OMB-001' end
 where s.organization_id = app.org();
-- Two models, cast above, in turn; both in the last one.
insert into shot_models (project_id, shot_id, model_profile_id)
select s.project_id, s.id, m.model_profile_id
  from shots s
  join (select c.shoot_id, c.model_profile_id, row_number() over (partition by c.shoot_id order by c.id) n
          from shoot_models c where c.organization_id = app.org()) m on m.shoot_id = s.shoot_id
 where s.organization_id = app.org() and (s.description ~ 'Both' or m.n = case when s.description ~ 'Cape' then 2 else 1 end);
insert into shoot_items (project_id, shoot_id, product_id, name, sku, status)
select s.project_id, s.id, p.id, p.name, p.sku, 'received' from shoots s join products p on p.organization_id = s.organization_id
 where s.organization_id = app.org() and p.sku::text like 'OMB-%';
-- As the console makes one: what is planned at that moment, whole.
insert into call_sheets (project_id, shoot_id, sheet_date, status, content)
select s.project_id, s.id, s.scheduled_date, 'issued', jsonb_build_object(
    'title', s.title, 'shoot_type', s.shoot_type, 'starts_at', s.starts_at, 'ends_at', s.ends_at, 'time_zone', s.time_zone,
    'location', (select jsonb_build_object('name', l.name, 'address', l.address, 'note', nullif(s.location, l.name)) from venues l where l.id = s.location_id),
    'call', '07:00', 'lunch', '12:30', 'weather', 'Frost in the morning. The glasshouse is heated.', 'remarks', 'Quiet in the yard before eight: the neighbours sleep.',
    'calls', (select jsonb_agg(jsonb_build_object('at', c.call_at, 'who', m.name, 'as', 'Model', 'location', c.location, 'notes', c.notes) order by c.call_at, m.name)
                from call_times c join model_profiles m on m.id = c.model_profile_id where c.shoot_id = s.id),
    'cast', (select jsonb_agg(jsonb_build_object('name', m.name, 'role', a.role, 'status', a.status) order by m.name)
               from shoot_models a join model_profiles m on m.id = a.model_profile_id where a.shoot_id = s.id),
    'scenes', (select jsonb_agg(jsonb_build_object('number', c.n::text, 'title', c.title, 'description', c.description, 'minutes', t.minutes, 'shots', t.shots) order by c.n)
                 from (select c.*, row_number() over (order by c.rank, c.id) n from scenes c join shot_lists l on l.id = c.shot_list_id where l.shoot_id = s.id) c,
                      lateral (select sum(t.time_est_minutes) minutes,
                                      jsonb_agg(jsonb_build_object('number', c.n || '.' || t.n, 'description', t.description, 'minutes', t.time_est_minutes, 'notes', t.notes,
                                        'products', coalesce((select jsonb_agg(jsonb_build_object('sku', p.sku, 'name', p.name) order by x.rank, x.id)
                                                                from shot_products x join products p on p.id = x.product_id where x.shot_id = t.id), '[]'),
                                        'models', coalesce((select jsonb_agg(jsonb_build_object('name', m.name) order by x.rank, x.id)
                                                              from shot_models x join model_profiles m on m.id = x.model_profile_id where x.shot_id = t.id), '[]')) order by t.n) shots
                                 from (select t.*, row_number() over (order by t.rank, t.id) n from shots t where t.scene_id = c.id) t) t))
  from shoots s where s.organization_id = app.org();
insert into call_sheets (event_id, sheet_date, content)
values ((pg_temp.show()).id, pg_temp.day(0), '{"crew": "Line-up through the east door.", "radio": "Channel 3"}');
insert into website_briefs (project_id, title, brief, site_structure)
values (pg_temp.the('projects', 'Nocturne Online'), 'The collection, one look a page', '{"audience": "buyers and press"}', '["Home", "Looks", "Atelier", "Contact"]');
insert into wizard_drafts (user_id, wizard, step, step_count, state)
values (pg_temp.person('Inès Delacourt'), 'event', 2, 5, '{"title": "Resort in the garden", "venue": "Jardin des Brumes"}');
