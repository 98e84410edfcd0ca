//! What is asked of the catalogue. A partition is its parent's; what an extension brought along is nobody's.

pub(super) const RELATIONS: &str = r#"
    select c.relname as name, c.relkind = 'v' as is_view, obj_description(c.oid, 'pg_class') as comment,
           has_any_column_privilege('hub_app', c.oid, 'select, insert, update')
           and case c.relkind
                 when 'v' then coalesce((select bool_or(o.option_value::boolean) from pg_options_to_table(c.reloptions) o
                                          where o.option_name = 'security_invoker'), false)
                 else c.relrowsecurity and c.relforcerowsecurity
               end as is_served,
           has_any_column_privilege('hub_app', c.oid, 'insert')
           and (c.relkind = 'v' or exists (select from app.access x where x.table_name = c.relname and x.verb = 'insert'
                                              and x.role <> 'system')) as takes_inserts,
           has_any_column_privilege('hub_app', c.oid, 'update')
           and (c.relkind = 'v' or exists (select from app.access x where x.table_name = c.relname and x.verb = 'update'
                                              and x.role <> 'system')) as takes_updates,
           exists (select from pg_policy p where p.polrelid = c.oid and p.polname = 'no_devices') as refuses_devices,
           coalesce((select jsonb_agg(a.attname order by k.nth)
                       from pg_index i, unnest(i.indkey) with ordinality k (no, nth)
                       join pg_attribute a on a.attnum = k.no
                      where i.indrelid = c.oid and i.indisprimary and a.attrelid = c.oid and k.nth <= i.indnkeyatts), '[]') as primary,
           coalesce((select jsonb_agg(u.key order by u.is_first desc, u.name) from (
                       select n.relname as name, i.indisprimary as is_first,
                              (select jsonb_agg(a.attname order by k.nth) from unnest(i.indkey) with ordinality k (no, nth)
                                 join pg_attribute a on a.attrelid = c.oid and a.attnum = k.no
                                where k.nth <= i.indnkeyatts) as key
                         from pg_index i join pg_class n on n.oid = i.indexrelid
                        where i.indrelid = c.oid and i.indisunique and i.indpred is null and i.indexprs is null) u), '[]') as uniques,
           coalesce((select jsonb_agg(w.written order by w.written) from (
                       select 'UNIQUE ' || substring(pg_get_indexdef(i.indexrelid) from ' USING [a-z]+ (.*)$') as written
                         from pg_index i
                        where i.indrelid = c.oid and i.indisunique and (i.indpred is not null or i.indexprs is not null)
                       union all
                       select pg_get_constraintdef(x.oid) from pg_constraint x where x.conrelid = c.oid and x.contype = 'x') w),
                    '[]') as conditions,
           t.topics, t.row_key, coalesce(t.omitted, '{}') as omitted,
           array(select distinct a.derived
                   from pg_trigger g, unnest(string_to_array(encode(g.tgargs, 'escape'), '\000')) a (derived)
                  where g.tgrelid = c.oid and g.tgfoid = 'app.protect_derived()'::regprocedure and a.derived <> ''
                  order by 1) as derived,
           (select replace(encode(g.tgargs, 'escape'), '\000', '')::jsonb from pg_trigger g
             where g.tgrelid = c.oid and g.tgfoid = 'app.limit_update()'::regprocedure
             order by g.tgname limit 1) as limits,
           coalesce((select jsonb_agg(jsonb_build_object('verb', x.verb, 'role', x.role, 'scope', x.scope)
                                      order by x.verb, x.role, x.scope)
                       from app.access x where x.table_name = c.relname), '[]') as rules
      from pg_class c
      left join live.tracked t on t.table_name = c.relname
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v') and not c.relispartition
       and c.relname !~ '^_'
       and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
     order by c.relname collate pg_catalog."C""#;

/// `targets` is where a view's columns come from, which Postgres knows but does not tell: its stored rule names the table and
/// column of each.
pub(super) const COLUMNS: &str = r#"
    with targets as (
      select distinct on (c.oid, t.found[1]) c.oid as relation, t.found[1]::int as no, t.found[2] as name,
             t.found[3]::oid as origin, t.found[4]::int as origin_no
        from pg_class c
        join pg_rewrite r on r.ev_class = c.oid and r.rulename = '_RETURN',
             regexp_matches(r.ev_action::text,
               ':resno (\d+) :resname (\S+) :ressortgroupref \d+ :resorigtbl (\d+) :resorigcol (\d+)', 'g')
               with ordinality t (found, nth)
       where c.relnamespace = 'public'::regnamespace and c.relkind = 'v'
       order by c.oid, t.found[1], t.nth desc
    ), lists as (
      select distinct on (k.conrelid, k.conkey[1]) k.conrelid, k.conkey[1] as no, pg_get_constraintdef(k.oid) as text
        from pg_constraint k
       where k.contype = 'c' and array_length(k.conkey, 1) = 1 and pg_get_constraintdef(k.oid) ~ $list$(?x)
         ^CHECK\ \( (\(\(\S+\ IS\ NULL\)\ OR\ )? \((\w+|"[^"]+"|\((\w+|"[^"]+")\)::[\w\ ]+)\ (
             =\ ANY\ \(ARRAY\[ ('([^']|'')*'::(text|citext)(,\ )?)+ \]\)
           | <@\ ARRAY\[ ('([^']|'')*'::(text|citext)(,\ )?)+ \]
           | =\ '([^']|'')*'::(text|citext) )\)+$ $list$
       order by k.conrelid, k.conkey[1], k.conname
    )
    select c.relname as relation, a.attname as name, format_type(a.atttypid, a.atttypmod) as declared,
           t.typname as type_name, coalesce(b.typname, t.typname) as base, a.attnotnull and c.relkind <> 'v' as not_null,
           case when a.attidentity = 'd' then '' when a.attgenerated = '' then pg_get_expr(d.adbin, d.adrelid) end as default,
           a.attgenerated <> '' or a.attidentity = 'a' as is_generated,
           exists (select from pg_trigger g join pg_proc p on p.oid = g.tgfoid
                    where g.tgrelid = c.oid and g.tgtype & 7 = 7 -- a row, before it is inserted
                      and (position(format('new.%I :=', a.attname) in p.prosrc) > 0
                           or p.oid = to_regprocedure('app.append()')
                              and split_part(encode(g.tgargs, 'escape'), '\000', 1) = a.attname)) as is_filled,
           has_column_privilege('hub_app', c.oid, a.attnum, 'select') as is_readable,
           has_column_privilege('hub_app', c.oid, a.attnum, 'insert') as is_insertable,
           has_column_privilege('hub_app', c.oid, a.attnum, 'update') as is_updatable,
           array(select replace(w.word[1], '''''', '''')
                   from lists l, regexp_matches(l.text, '''((?:[^'']|'''')*)''::', 'g') with ordinality w (word, nth)
                  where l.conrelid = c.oid and l.no = a.attnum order by w.nth) as words,
           (select x.class from data_classes x where x.table_name = c.relname and x.column_name = a.attname) as class,
           array(select m.role from app.masks m where m.table_name = c.relname
                    and m.column_name = case t.typname when 'sealed' then regexp_replace(a.attname, '_enc$', '') else a.attname end
                  order by m.role) as masked_for,
           array(select s.attname from pg_depend p join pg_attribute s on s.attrelid = c.oid and s.attnum = p.refobjsubid
                  where a.attgenerated <> '' and p.classid = 'pg_attrdef'::regclass and p.objid = d.oid
                    and p.refclassid = 'pg_class'::regclass and p.refobjid = c.oid and s.attnum <> a.attnum
                  order by s.attnum) as sources,
           o.relname as origin, oa.attname as origin_column
      from pg_class c
      join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      join pg_type t on t.oid = a.atttypid
      left join pg_type b on b.oid = nullif(t.typbasetype, 0)
      left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
      left join targets g on g.relation = c.oid and g.no = a.attnum and g.name = a.attname
      left join pg_class o on o.oid = g.origin and o.relnamespace = 'public'::regnamespace
      left join pg_attribute oa on oa.attrelid = o.oid and oa.attnum = g.origin_no
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v') and not c.relispartition
     order by c.relname, a.attnum"#;

pub(super) const REFERENCES: &str = r#"
    select f.conname as name, c.relname as "from", r.relname as "to",
           array(select a.attname from unnest(f.conkey) with ordinality k (no, nth)
                   join pg_attribute a on a.attrelid = c.oid and a.attnum = k.no order by k.nth) as from_columns,
           array(select a.attname from unnest(f.confkey) with ordinality k (no, nth)
                   join pg_attribute a on a.attrelid = r.oid and a.attnum = k.no order by k.nth) as to_columns,
           lower(substring(pg_get_constraintdef(f.oid) from ' ON DELETE ([A-Z ]+[A-Z](?: \([^)]*\))?)')) as on_delete
      from pg_constraint f join pg_class c on c.oid = f.conrelid join pg_class r on r.oid = f.confrelid
     where f.contype = 'f' and f.conparentid = 0
       and c.relnamespace = 'public'::regnamespace and r.relnamespace = 'public'::regnamespace
     order by f.conname collate pg_catalog."C", c.relname collate pg_catalog."C""#;

/// Functions that somebody granted to hub_app by name; what everybody may execute by default does not count.
pub(super) const FUNCTIONS: &str = r"
    select p.proname as name, obj_description(p.oid, 'pg_proc') as comment, p.proretset as is_set,
           coalesce(b.typname, t.typname) as returned,
           (select c.relname from pg_class c where c.oid = t.typrelid and c.relnamespace = 'public'::regnamespace) as relation,
           coalesce((select jsonb_agg(jsonb_build_object('name', u.name, 'base', u.base,
                                        'is_optional', u.nth > p.pronargs - p.pronargdefaults) order by u.nth)
                       from (select coalesce(p.proargnames[y.n], '') as name, coalesce(yb.typname, yt.typname) as base,
                                    row_number() over (order by y.n) as nth
                               from unnest(coalesce(p.proallargtypes, p.proargtypes::oid[])) with ordinality y (of, n)
                               join pg_type yt on yt.oid = y.of left join pg_type yb on yb.oid = nullif(yt.typbasetype, 0)
                              where coalesce(p.proargmodes[y.n], 'i') in ('i', 'b')) u), '[]') as arguments,
           coalesce((select jsonb_agg(jsonb_build_object('name', coalesce(p.proargnames[y.n], ''),
                                        'base', coalesce(yb.typname, yt.typname), 'is_optional', false) order by y.n)
                       from unnest(p.proallargtypes) with ordinality y (of, n)
                       join pg_type yt on yt.oid = y.of left join pg_type yb on yb.oid = nullif(yt.typbasetype, 0)
                      where p.proargmodes[y.n] in ('o', 'b', 't')), '[]') as made
      from pg_proc p join pg_type t on t.oid = p.prorettype left join pg_type b on b.oid = nullif(t.typbasetype, 0)
     where p.pronamespace = 'public'::regnamespace and p.prokind = 'f' and p.provariadic = 0
       and t.typname not in ('trigger', 'event_trigger')
       and exists (select from aclexplode(p.proacl) x where x.grantee = 'hub_app'::regrole and x.privilege_type = 'EXECUTE')
       and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
     order by p.proname, pg_get_function_identity_arguments(p.oid)";
