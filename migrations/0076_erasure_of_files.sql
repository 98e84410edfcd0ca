-- An erasure takes files too: what the person's account uploaded and nothing of the house uses (no asset, no contract), and
-- what was exported about the person. Their contents are collected like those of every deleted file.

-- Called in the transaction of `app.erase`, after it. Answers how many files went, and notes it with the erasure.
create function app.erase_files(erasure uuid, subjects jsonb, within uuid) returns bigint
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  gone uuid[];
begin
  if not app.is_system() then
    raise exception 'only the hub forgets' using errcode = '42501';
  end if;
  gone := array(
    select o.id from storage_objects o
     where (within is null or o.organization_id = within)
       and (exists (select from privacy_requests r join jsonb_to_recordset(subjects) s(kind text, id uuid)
                           on s.kind = r.subject_kind and s.id = r.subject_id
                     where r.export_object_id = o.id)
            or (o.created_by in (select s.id from jsonb_to_recordset(subjects) s(kind text, id uuid) where s.kind = 'user')
                -- An export that they made is about somebody else.
                and not exists (select from privacy_requests r where r.export_object_id = o.id)
                and not exists (select from assets a where a.storage_object_id = o.id)
                and not exists (select from asset_variants v where v.storage_object_id = o.id)
                and not exists (select from contracts c where o.id in (c.document_object_id, c.signed_object_id))))
     order by o.id for update);
  delete from hub.uploads u
   where u.user_id in (select s.id from jsonb_to_recordset(subjects) s(kind text, id uuid) where s.kind = 'user')
     and (within is null or u.organization_id = within);
  delete from storage_objects o where o.id = any (gone);
  -- Names of files name people. This transaction's own entries are among them.
  update live.journal j set old_row = app.without_file_name(j.old_row), new_row = app.without_file_name(j.new_row)
   where j.table_name = 'storage_objects' and j.row_key = any (gone);
  update hub.erasures e set report = e.report || jsonb_build_object('files', cardinality(gone)) where e.id = erasure;
  return cardinality(gone);
end $$;

create function app.without_file_name(entry jsonb) returns jsonb
language sql immutable
as $$
  select entry || (select coalesce(jsonb_object_agg(e.key, e.value), '{}')
                     from (values ('object_key', '"[erased]"'::jsonb), ('filename', 'null'), ('user_metadata', '{}')) e(key, value)
                    where entry ? e.key)
$$;

alter function app.erase_files(uuid, jsonb, uuid) owner to app_definer;
revoke execute on function app.erase_files(uuid, jsonb, uuid) from public;
grant execute on function app.erase_files(uuid, jsonb, uuid) to hub_worker;
revoke execute on function app.without_file_name(jsonb) from public;
grant execute on function app.without_file_name(jsonb) to app_definer;
grant select, delete on hub.uploads to app_definer;
grant select, update on hub.erasures to app_definer;
