-- Pictures. Each is whole inside its own row: nothing here names a file that is not there.

insert into asset_categories (name, description) values ('Show', 'Of the evening itself'), ('Partners', 'Logos and plates');
insert into asset_categories (parent_id, name) values (pg_temp.the('asset_categories', 'Show'), 'Sketches');
insert into assets (event_id, category_id, uploaded_by, name, asset_type, status, mime_type, file_url, dimensions, is_featured)
select (pg_temp.show()).id, pg_temp.the('asset_categories', 'Sketches'), pg_temp.person('Inès Delacourt'), name, 'image', 'approved', 'image/svg+xml',
       pg_temp.plate(name, color, 1200, 1500), '{"width": 1200, "height": 1500}', featured
  from (values ('Ombre', '#3c434c', true), ('Minuit', '#14131f', true), ('Aube', '#b48a7c', true), ('Finale', '#5a6f86', false)) a (name, color, featured);
insert into assets (project_id, shoot_id, uploaded_by, name, asset_type, status, mime_type, file_url, dimensions)
select s.project_id, s.id, pg_temp.person('Odile Marchetti'), a.name, 'image', 'pending', 'image/svg+xml', pg_temp.plate(a.name, a.color, 1600, 1200), '{"width": 1600, "height": 1200}'
  from shoots s, (values ('Light among the panes', '#8b969c'), ('Stair, first idea', '#4c5357'), ('Colours of the day', '#6d7d78')) a (name, color) where s.organization_id = app.org();
insert into assets (event_id, sponsor_id, category_id, uploaded_by, name, asset_type, status, mime_type, file_url)
select (pg_temp.show()).id, s.id, pg_temp.the('asset_categories', 'Partners'), pg_temp.person('Clémence Okoro'), s.name || ' plate', 'logo', 'pending', 'image/svg+xml',
       pg_temp.plate(s.name, '#20242b', 800, 300)
  from accounts s where s.organization_id = app.org() and 'sponsor' = any (s.types);
update assets set file_size_bytes = length(decode(split_part(file_url, ',', 2), 'base64')) where organization_id = app.org();
insert into asset_variants (asset_id, size_spec_id, file_url, is_primary)
select a.id, s.id, pg_temp.plate(a.name, '#3c434c', s.width, s.height), true
  from assets a join media_size_specs s on s.platform = 'instagram' and s.use_case = 'portrait'
 where a.organization_id = app.org() and a.is_featured;
insert into asset_links (asset_id, entity_type, entity_id, role)
select a.id, 'collection', c.id, 'mood' from assets a join collections c on c.organization_id = a.organization_id and c.name = a.name where a.organization_id = app.org();
insert into asset_links (asset_id, entity_type, entity_id, role)
select a.id, 'account', a.sponsor_id, 'logo' from assets a where a.organization_id = app.org() and a.sponsor_id is not null;
insert into asset_permissions (asset_id, user_id, permission_type)
select a.id, pg_temp.person('Nyadak Deng'), 'view' from assets a where a.organization_id = app.org() and a.shoot_id is not null;
insert into media_galleries (event_id, name, description, status)
values ((pg_temp.show()).id, 'Three parts', 'The colours of the evening', 'published');
insert into media_galleries (project_id, shoot_id, name, description)
select project_id, id, 'Ideas for the glasshouse', 'Before the shoot' from shoots where organization_id = app.org();
insert into gallery_assets (gallery_id, asset_id)
select g.id, a.id from media_galleries g join assets a on a.organization_id = g.organization_id
   and ((g.event_id is not null and a.event_id = g.event_id and a.sponsor_id is null) or a.shoot_id = g.shoot_id)
 where g.organization_id = app.org();
update media_galleries g set cover_asset_id = (select x.asset_id from gallery_assets x where x.gallery_id = g.id order by x.order_index limit 1) where g.organization_id = app.org();
update products p set image_asset_id = a.id from collections c, assets a
 where p.organization_id = app.org() and c.id = p.collection_id and a.organization_id = p.organization_id and a.name = c.name;
