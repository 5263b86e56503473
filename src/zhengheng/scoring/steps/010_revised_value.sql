-- Which release of a value counts, where there is more than one or a vintage is declared.
-- scope: group
-- when: revised
with candidate as (
    select o.unit, o.indicator, o.period, o.value, o.status, o.vintage, o.published_on,
           cast(0 as bigint) as sequence
    from observation o
    where exists (
        select 1 from revision r
        where r.unit = o.unit and r.indicator = o.indicator and r.period = o.period
          and coalesce(r.vintage, '') <> 'decided'
    )
    union all
    select o.unit, o.indicator, o.period, o.value, o.status, o.vintage, o.published_on,
           cast(0 as bigint) as sequence
    from observation o
    where exists (
        select 1 from vintage_rule v where v.indicator = o.indicator and v.period = o.period
    ) and not exists (
        select 1 from revision r
        where r.unit = o.unit and r.indicator = o.indicator and r.period = o.period
          and coalesce(r.vintage, '') <> 'decided'
    )
    union all
    select r.unit, r.indicator, r.period, r.value, r.status, r.vintage, r.published_on, r.sequence
    from revision r
    where coalesce(r.vintage, '') <> 'decided'
),
judged as (
    select c.unit, c.indicator, c.period, c.value, c.status, c.sequence,
           case c.vintage when 'final' then 3 when 'revised' then 2 when 'preliminary' then 1
                else 0 end as release,
           case when (v.vintage is null or c.vintage = v.vintage)
                 and (v.published_by is null or c.published_on <= v.published_by)
                then 1 else 0 end as admitted
    from candidate c
    left join vintage_rule v on v.indicator = c.indicator and v.period = c.period
),
placed as (
    select j.unit, j.indicator, j.period, j.value, j.status, j.admitted,
           row_number() over (
               partition by j.unit, j.indicator, j.period
               order by j.admitted desc nulls last, j.release desc nulls last,
                        j.sequence desc nulls last
           ) as place
    from judged j
)
select p.unit, p.indicator, p.period,
       case when p.admitted = 1 then p.value end as value,
       case when p.admitted = 1 then p.status else 3 end as status
from placed p
where p.place = 1
