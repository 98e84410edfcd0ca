-- A call sheet that was issued names whom it called. An erasure takes the name out, wherever it stands as a value of its own;
-- all else stays as it was issued. Called around `app.erase`, in its transaction: before it the names are still there.

drop trigger d_guard on call_sheets;
create trigger d_guard before insert or update on call_sheets
  for each row when (not app.erasing()) execute function app.guard_call_sheet();

-- How some people are called, by organization. Left in the temporary table `called`, as JSON.
create function app.gather_names(subjects jsonb, within uuid, accounts boolean) returns void
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  perform app.gather(subjects, within, accounts);
  create temporary table called (organization_id uuid, name text, primary key (organization_id, name)) on commit drop;
  insert into called
  select n.organization_id, to_jsonb(n.name)::text
    from (select m.organization_id, m.name from model_profiles m join about a on a.table_name = 'model_profiles' and a.id = m.id
          union
          select d.organization_id, d.name from designer_profiles d join about a on a.table_name = 'designer_profiles' and a.id = d.id
          union
          select s.organization_id, s.name from stakeholders s join about a on a.table_name = 'stakeholders' and a.id = s.id
          union
          select s.organization_id, coalesce(s.name, u.full_name)
            from staff s join about a on a.table_name = 'staff' and a.id = s.id left join users u on u.id = s.user_id
          union
          -- A designer or member of the crew who has a login is called as that says.
          select m.organization_id, u.full_name
            from users u join about a on a.table_name = 'users' and a.id = u.id join memberships m on m.user_id = u.id
           where within is null or m.organization_id = within) n
   where n.name not in ('', '[erased]');
  drop table about;
end $$;

-- Answers how many sheets said a name, and notes it with the erasure.
create function app.erase_from_call_sheets(erasure uuid) returns bigint
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  person record;
  sheets uuid[] := '{}';
begin
  if not app.is_system() then
    raise exception 'only the hub forgets' using errcode = '42501';
  end if;
  perform set_config('app.erasing', 'on', true);
  for person in select c.organization_id, c.name from called c order by c.organization_id, c.name loop
    with said as (
      update call_sheets s set content = replace(s.content::text, person.name, '"[erased]"')::jsonb
       where s.organization_id = person.organization_id and position(person.name in s.content::text) > 0
      returning s.id)
    select sheets || array(select id from said) into sheets;
    -- This transaction's own entries are among them, and those of sheets that are gone.
    update live.journal j
       set old_row = replace(j.old_row::text, person.name, '"[erased]"')::jsonb,
           new_row = replace(j.new_row::text, person.name, '"[erased]"')::jsonb
     where j.organization_id = person.organization_id and j.table_name = 'call_sheets'
       and position(person.name in concat(j.old_row::text, j.new_row::text)) > 0;
  end loop;
  perform set_config('app.erasing', '', true);
  drop table called;
  update hub.erasures e
     set report = e.report || jsonb_build_object('call_sheets', (select count(distinct s) from unnest(sheets) s))
   where e.id = erasure;
  return (select count(distinct s) from unnest(sheets) s);
end $$;

alter function app.gather_names(jsonb, uuid, boolean) owner to app_definer;
alter function app.erase_from_call_sheets(uuid) owner to app_definer;
revoke execute on function app.gather_names(jsonb, uuid, boolean), app.erase_from_call_sheets(uuid) from public;
grant execute on function app.gather_names(jsonb, uuid, boolean), app.erase_from_call_sheets(uuid) to hub_worker;
