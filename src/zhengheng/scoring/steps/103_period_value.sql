-- The same where revisions, figures of others, part-year units, split changes or last year amend it.
-- A value is held against the same periods of the year before.
-- scope: unit
-- when: amended
with chosen as (
    select o.unit, o.indicator, o.period, o.value, o.status, false as gathered
    from observation o
    where not exists (
        select 1 from revised_value r
        where r.unit = o.unit and r.indicator = o.indicator and r.period = o.period
    ) and not exists (
        select 1 from figure f where f.unit = o.unit
    )
    union all
    select r.unit, r.indicator, r.period, r.value, r.status, false as gathered
    from revised_value r
    where not exists (
        select 1 from figure f where f.unit = r.unit
    )
    union all
    select g.unit, g.indicator, g.period, g.value, g.status, true as gathered
    from gathered_value g
),
counted as (
    select c.unit, c.indicator, u.segment,
           case when u.purpose = 'value' then c.value end as value,
           case when u.purpose = 'previous' then c.value end as value_before,
           case when u.purpose <> 'previous' then null
                when c.status = 2 and not c.gathered and a.approver is null then 3
                else c.status end as status_before
    from chosen c
    join period_use u on u.indicator = c.indicator and u.period = c.period
    left join approval a on a.unit = c.unit and a.indicator = c.indicator
    left join gathered_value w
      on w.unit = c.unit and w.indicator = c.indicator and w.period = u.against
    where u.purpose = 'value' or not c.gathered or w.unit is not null
)
select c.unit, c.indicator, c.segment,
       cast(sum(c.value) as decimal(38, 0)) as total,
       count(c.value) as valued,
       cast(sum(c.value_before) as decimal(38, 0)) as total_before,
       count(c.value_before) as valued_before,
       count(case when c.status_before in (1, 2) then 1 end) as settled_before,
       count(case when c.status_before in (3, 4) then 1 end) as gaps_before
from counted c
group by c.unit, c.indicator, c.segment
