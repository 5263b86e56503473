-- The same where revisions, successors, part-year units, split changes or last year amend it.
-- scope: unit
-- when: amended
with chosen as (
    select o.unit, o.indicator, o.period, o.value, o.status
    from observation o
    where not exists (
        select 1 from revised_value r
        where r.unit = o.unit and r.indicator = o.indicator and r.period = o.period
    ) and not exists (
        select 1 from part_unit p
        where p.unit = o.unit and (o.period < p.valid_from or o.period > p.valid_to)
    )
    union all
    select r.unit, r.indicator, r.period, r.value, r.status
    from revised_value r
    union all
    select i.unit, i.indicator, i.period, i.value, i.status
    from inherited_value i
    union all
    select r.unit, r.indicator, r.period, r.value, r.status
    from rolled_value r
),
counted as (
    select c.unit, c.indicator, u.segment,
           case when u.purpose = 'value' then c.value end as value,
           case when u.purpose = 'previous' then c.value end as value_before
    from chosen c
    join period_use u on u.indicator = c.indicator and u.period = c.period
)
select c.unit, c.indicator, c.segment,
       cast(sum(c.value) as decimal(38, 0)) as total,
       count(c.value) as valued,
       cast(sum(c.value_before) as decimal(38, 0)) as total_before,
       count(c.value_before) as valued_before
from counted c
group by c.unit, c.indicator, c.segment
