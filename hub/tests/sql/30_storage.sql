-- Files: content comes by an upload of the same person and no other way; buckets keep their bounds; nothing of another house.
begin;
\ir support/fixture.psql
select fixture.house('a'), fixture.house('b');
select plan(30);

-- Whole content of 10 bytes that somebody may give to a name.
create function fixture.arrived(house text, who text, of_bucket text, key text, kind text default 'image/png') returns uuid
language plpgsql
as $$
declare
  content uuid := app.uuid7();
begin
  insert into hub.blobs (id, organization_id, size_bytes, media_type, sha256)
  values (content, fixture.id(house, 'organization'), 10, kind, sha256(content::text::bytea));
  insert into hub.blob_parts (key, blob_id, starts_at, size_bytes) values (app.uuid7(), content, 0, 10);
  insert into hub.uploads (id, organization_id, user_id, blob_id, bucket, object_key, replaces, expires_at)
  values (app.uuid7(), fixture.id(house, 'organization'), fixture.id(house, who), content, of_bucket, key, false, now() + interval '1 minute');
  return content;
end $$;
create function fixture.put(of_bucket text, key text, content uuid) returns text
language sql
as $$ select format('insert into storage_objects (bucket, object_key, blob_id) values (%L, %L, %L)', of_bucket, key, content) $$;

select is((select array_agg(name order by name) from storage_buckets where organization_id = fixture.id('a', 'organization') and created_by is null),
  array['casting_cards', 'documents', 'exports', 'floor_plans', 'galleries'], 'a house begins with its five buckets');

-- Content.
select is(fixture.act('{"person": "a/producer"}', fixture.put('documents', 'x.png', fixture.arrived('a', 'producer', 'documents', 'x.png'))), '1', 'what has arrived becomes a file');
select is((select format('%s %s %s %s', status, size_bytes, mime_type, filename) from storage_objects where object_key = 'x.png'),
  'stored 10 image/png x.png', 'with what is known of it');
select is((select count(*)::int from hub.uploads u where u.object_key = 'x.png'), 0, 'once');
select is(fixture.try('{"person": "a/producer"}', fixture.put('documents', 'y.png', (select blob_id from storage_objects where object_key = 'x.png'))), '23514', 'F145: nobody names content that is there');
select is(fixture.try('{"person": "a/producer"}', fixture.put('documents', 'y.png', fixture.arrived('a', 'owner', 'documents', 'y.png'))), '23514', 'nor what somebody else has sent');
select is(fixture.try('{"person": "a/producer"}', fixture.put('documents', 'z.png', fixture.arrived('a', 'producer', 'documents', 'y.png'))), '23514', 'nor what was sent under another name');
select is(fixture.try('{"person": "a/producer"}', fixture.put('documents', 'y.png', fixture.arrived('b', 'producer', 'documents', 'y.png'))), '23514', 'F015: nor what another house has');
select is(fixture.try('{"person": "a/owner"}', 'update storage_objects set blob_id = (select blob_id from storage_objects where object_key = ''x.png'') where object_key = ''a'''), '23514', 'nor is a file given the content of another');
select is(fixture.try('{"person": "a/owner"}', 'update storage_objects set size_bytes = 1, sha256 = sha256('''') where object_key = ''x.png'''), '23514', 'F004: the hub alone says how long it is and what its hash');
select is(fixture.try('{"person": "a/owner"}', 'insert into storage_objects (bucket, object_key, status) values (''documents'', ''y'', ''stored'')'), '23514', 'F004: and that it has arrived');
do $$ begin perform fixture.arrived('a', 'producer', 'documents', 'half.png'); end $$;
update hub.blobs b set sha256 = null from hub.uploads u where u.blob_id = b.id and u.object_key = 'half.png';
select is(fixture.try('{"person": "a/producer"}', fixture.put('documents', 'half.png', (select blob_id from hub.uploads where object_key = 'half.png'))), '23514', 'what has half arrived is no file');

-- Who puts files where.
select is(fixture.try('{"person": "a/sponsor"}', fixture.put('documents', 's.png', fixture.arrived('a', 'sponsor', 'documents', 's.png'))), '42501', 'F014: content reaches no bucket that is closed to its sender');
select is(fixture.try('{"person": "a/model"}', fixture.put('looks', 'm.png', fixture.arrived('a', 'model', 'looks', 'm.png'))), '1', 'and the one that is open');
select is(fixture.try('{"person": "a/client"}', fixture.put('looks', 'c.png', fixture.arrived('a', 'client', 'looks', 'c.png'))), '42501', 'reading is not writing');
select is(fixture.try('{"device": "a/tablet 1"}', 'select from storage_buckets'), '0', 'a tablet at the door sees no bucket');
select is(fixture.try('{"person": "a/producer"}', 'insert into storage_buckets (name) values (''mine'')'), '42501', 'producers make no buckets');
select is(fixture.try('{"person": "a/owner"}', 'update storage_buckets set name = ''other'' where name = ''looks'''), '23514', 'a bucket keeps its name');
select is(fixture.try('{"person": "a/owner"}', 'delete from storage_buckets where name = ''looks'''), '23503', 'and is not deleted with files in it');

-- Names.
select is(fixture.try('{"person": "a/owner"}', format('insert into storage_objects (bucket, object_key) values (''documents'', %L)', key)), '23514', format('no file is called %L', key))
  from unnest(array['../up', 'a//b', 'a/./b', '/a', E'a\nb']) key;
select is(fixture.try('{"person": "b/owner"}', 'insert into storage_objects (bucket, object_key) values (''documents'', ''x.png'')'), '1', 'F015: a name in one house says nothing about another');
insert into storage_buckets (organization_id, name, is_public) values (fixture.id('a', 'organization'), 'press', true);
select is(fixture.try('{"person": "b/owner"}', 'insert into storage_buckets (name, is_public) values (''press'', true)'), '23505', 'addresses of public files name no house, so their buckets have one name each');

-- Bounds of a bucket, wherever a file comes from.
update storage_buckets set file_size_limit = 9 where organization_id = fixture.id('a', 'organization') and name = 'exports';
update storage_buckets set allowed_mime_types = '{image/*,application/pdf}' where organization_id = fixture.id('a', 'organization') and name = 'galleries';
select is(fixture.try('{"person": "a/owner"}', 'update storage_objects set bucket = ''exports'' where object_key = ''x.png'''), '23514', 'a file that is too large is not moved in');
select is(fixture.try('{"person": "a/owner"}', fixture.put('galleries', 't', fixture.arrived('a', 'owner', 'galleries', 't', 'text/plain'))), '23514', 'nor is one of another type put there');

-- What nothing needs any more.
select is((select count(*)::int from hub.collect_blobs(null, 100)), 0, 'content that a file has, or is about to have, stays');
delete from hub.uploads;
delete from storage_objects where object_key = 'x.png';
create table fixture.garbage as select * from hub.collect_blobs(null, 100);
select is(format('%s of %s', (select count(*) from hub.blobs), (select count(*) > 5 from fixture.garbage)), '0 of t', 'what neither has goes');

select * from finish();
rollback;
