-- A parent's value from its children where it has none of its own: numerators and denominators add.
-- scope: group
-- when: rollup
with chosen as (
    select o.unit, o.indicator, o.period, o.value, o.status
    from observation o
    where not exists (
        select 1 from revised_value r
        where r.unit = o.unit and r.indicator = o.indicator and r.period = o.period
    )
    union all
    select r.unit, r.indicator, r.period, r.value, r.status
    from revised_value r
    union all
    select i.unit, i.indicator, i.period, i.value, i.status
    from inherited_value i
),
present as (
    select u.unit,
           coalesce(p.began, p.valid_from, u.began, cast('0001-01-01' as date)) as began,
           coalesce(p.valid_to, cast('9999-12-31' as date)) as valid_to
    from unit u
    left join part_unit p on p.unit = u.unit
    where exists (select 1 from rollup c where c.unit = u.unit or c.child = u.unit)
    union all
    select g.unit, g.began, g.ended as valid_to
    from gone_unit g
),
below as (
    select c.unit, c.child, c.indicator, h.period, h.value, h.status
    from rollup c
    join present t on t.unit = c.child
    join chosen h on h.unit = c.child and h.indicator = c.indicator
    where h.period >= t.began and h.period <= t.valid_to
),
summed as (
    select b.unit, b.indicator, b.period,
           sum(b.value) as value,
           count(distinct case when b.value is not null then b.child end) as valued,
           count(distinct case when b.status = 2 then b.child end) as not_applicable,
           count(case when b.status = 4 then 1 end) as withheld
    from below b
    group by b.unit, b.indicator, b.period
),
owed as (
    select s.unit, s.indicator, s.period, count(c.child) as children
    from summed s
    join rollup c on c.unit = s.unit and c.indicator = s.indicator
    join present t on t.unit = c.child
    where s.period >= t.began and s.period <= t.valid_to
    group by s.unit, s.indicator, s.period
),
judged as (
    select s.unit, s.indicator, s.period, s.value,
           case when s.withheld > 0 then 4
                when s.valued + s.not_applicable < w.children then 3
                when s.valued = 0 then 2
                else 1 end as status
    from summed s
    join owed w on w.unit = s.unit and w.indicator = s.indicator and w.period = s.period
)
select j.unit, j.indicator, j.period,
       cast(case when j.status = 1 then j.value end as bigint) as value,
       cast(j.status as bigint) as status
from judged j
where not exists (
    select 1 from chosen h
    where h.unit = j.unit and h.indicator = j.indicator and h.period = j.period
) and exists (
    select 1 from present t
    where t.unit = j.unit and j.period >= t.began and j.period <= t.valid_to
)
