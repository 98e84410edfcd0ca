//! What is asked of the catalogue.

/// Changes whenever something does that the queries below read. Rows are told by who wrote them last, and added up: to sort
/// and write out thousands of them took several times as long.
pub(super) const VERSION: &str = "
    select concat_ws(' ',
      (select sum(hashint8extended(c.oid::bigint << 32 | c.xmin::text::bigint, 0))
         from pg_class c where c.relnamespace = 'public'::regnamespace),
      (select sum(hashint8extended(a.attrelid::bigint << 32 | a.xmin::text::bigint, a.attnum))
         from pg_attribute a join pg_class c on c.oid = a.attrelid
        where c.relnamespace = 'public'::regnamespace and c.relkind <> 'i' and a.attnum > 0),
      (select sum(hashint8extended(f.oid::bigint << 32 | f.xmin::text::bigint, 0))
         from pg_constraint f where f.connamespace = 'public'::regnamespace),
      (select sum(hashint8extended(p.oid::bigint << 32 | p.xmin::text::bigint, 0))
         from pg_proc p where p.pronamespace = 'public'::regnamespace),
      (select sum(hashint8extended(d.oid::bigint << 32 | d.xmin::text::bigint, 0)) from pg_attrdef d),
      (select sum(hashtextextended(m::text, 0)) from app.masks m),
      (select sum(hashtextextended(concat_ws('.', s.table_name, s.column_name, s.class, s.subject_path), 0))
         from data_classes s),
      (select sum(hashtextextended(concat_ws('.', t.table_name, t.omitted), 0)) from live.tracked t))";

/// Tables with row security and views that look through their reader's eyes; nothing else is served.
pub(super) const RELATIONS: &str = "
    select c.relname as name, c.relkind = 'v' as is_view, obj_description(c.oid, 'pg_class') as comment,
           array(select array(select a.attname from unnest(i.indkey) with ordinality k (no, nth)
                                join pg_attribute a on a.attrelid = c.oid and a.attnum = k.no order by k.nth)::text
                   from pg_index i
                  where i.indrelid = c.oid and i.indisunique and i.indpred is null and i.indexprs is null
                  order by i.indisprimary desc, i.indexrelid) as uniques,
           exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary) as has_primary,
           coalesce((select t.omitted from live.tracked t where t.table_name = c.relname), '{}') as omitted
      from pg_class c
     where c.relnamespace = 'public'::regnamespace and not c.relispartition
       and has_any_column_privilege('hub_app', c.oid, 'select, insert, update')
       and case c.relkind
             when 'v' then coalesce((select bool_or(o.option_value::boolean) from pg_options_to_table(c.reloptions) o
                                      where o.option_name = 'security_invoker'), false)
             else c.relkind in ('r', 'p') and c.relrowsecurity and c.relforcerowsecurity
           end";

pub(super) const COLUMNS: &str = r"
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
    )
    select c.relname as relation, a.attname as name, format_type(a.atttypid, a.atttypmod) as type_name,
           t.typname as declared, coalesce(b.typname, t.typname) as base, a.attnotnull as not_null,
           pg_get_expr(d.adbin, d.adrelid) as default, a.attgenerated <> '' or a.attidentity = 'a' as generated,
           col_description(c.oid, a.attnum) as comment,
           has_column_privilege('hub_app', c.oid, a.attnum, 'select') as readable,
           has_column_privilege('hub_app', c.oid, a.attnum, 'insert') as insertable,
           has_column_privilege('hub_app', c.oid, a.attnum, 'update') as updatable,
           array(select s.attname from pg_depend p join pg_attribute s on s.attrelid = c.oid and s.attnum = p.refobjsubid
                  where a.attgenerated <> '' and p.classid = 'pg_attrdef'::regclass and p.objid = d.oid
                    and p.refclassid = 'pg_class'::regclass and p.refobjid = c.oid and s.attnum <> a.attnum) as sources,
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
     order by c.relname, a.attnum";

pub(super) const LINKS: &str = r#"
    select f.conname as name, c.relname as "from", r.relname as "to",
           array(select a.attname from unnest(f.conkey) with ordinality k (no, nth)
                   join pg_attribute a on a.attrelid = c.oid and a.attnum = k.no order by k.nth) as from_columns,
           array(select a.attname from unnest(f.confkey) with ordinality k (no, nth)
                   join pg_attribute a on a.attrelid = r.oid and a.attnum = k.no order by k.nth) as to_columns
      from pg_constraint f join pg_class c on c.oid = f.conrelid join pg_class r on r.oid = f.confrelid
     where f.contype = 'f' and f.conparentid = 0
       and c.relnamespace = 'public'::regnamespace and r.relnamespace = 'public'::regnamespace
     order by f.conname"#;

pub(super) const RULES: &str = "
    select 'mask' as rule, table_name, column_name, role as detail from app.masks
    union all
    select class, table_name, column_name, subject_path from data_classes where class in ('secret', 'sealed')";

/// Functions that somebody granted to hub_app by name; what everybody may execute by default does not count, nor what an
/// extension brought along.
pub(super) const FUNCTIONS: &str = "
    select p.proname as name, obj_description(p.oid, 'pg_proc') as comment, p.provolatile <> 'v' as reads_only,
           p.proretset as many, t.typname as returned, t.typtype = 'c' as composite, p.prorettype = 'record'::regtype as record,
           (select c.relname from pg_class c where c.oid = t.typrelid and c.relnamespace = 'public'::regnamespace) as relation,
           coalesce(p.proargnames, '{}') as names,
           coalesce(p.proargmodes::text[], '{}') as modes,
           array(select format_type(y, null) from unnest(coalesce(p.proallargtypes, p.proargtypes::oid[])) with ordinality u (y, n)
                  order by n) as types,
           p.pronargs - p.pronargdefaults as required
      from pg_proc p join pg_type t on t.oid = p.prorettype
     where p.pronamespace = 'public'::regnamespace and p.prokind = 'f' and p.provariadic = 0
       and t.typname not in ('trigger', 'event_trigger')
       and exists (select from aclexplode(p.proacl) x where x.grantee = 'hub_app'::regrole and x.privilege_type = 'EXECUTE')
       and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
     order by p.oid";

pub(super) const KINDS: &str = "
    select array(select m[1] from pg_constraint c, regexp_matches(pg_get_constraintdef(c.oid), '''([a-z_]+)''::text', 'g') m
                  where c.conrelid = 'encryption_keys'::regclass and c.contype = 'c'
                    and pg_get_constraintdef(c.oid) like '%subject_kind%') as kinds";
