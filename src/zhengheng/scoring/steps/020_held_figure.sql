-- What those reported whose figures others' values, or values of a part of the time, are made of: the release that counts,
-- or what an appeal decided in its place.
-- scope: group
-- when: composed
with origin as (
    select f.origin as unit from figure f
    union
    select r.origin as unit from rollup r
    union
    select r.through as unit from rollup r
),
released as (
    select o.unit, o.indicator, o.period, o.value, o.status
    from observation o
    join origin g on g.unit = o.unit
    where not exists (
        select 1 from revised_value r
        where r.unit = o.unit and r.indicator = o.indicator and r.period = o.period
    )
    union all
    select r.unit, r.indicator, r.period, r.value, r.status
    from revised_value r
    join origin g on g.unit = r.unit
)
select r.unit, r.indicator, r.period, r.value, r.status
from released r
where not exists (
    select 1 from settled_value d
    where d.unit = r.unit and d.indicator = r.indicator and d.period = r.period
)
union all
select d.unit, d.indicator, d.period, d.value, d.status
from settled_value d
join origin g on g.unit = d.unit
