-- The few figures that are no value: how many of each status. What is not approved as not applicable is missing.
-- scope: unit
-- when: gaps
with chosen as (
    select o.unit, o.indicator, o.period, o.status, false as gathered
    from observation o
    where o.value is null and not exists (
        select 1 from revised_value r
        where r.unit = o.unit and r.indicator = o.indicator and r.period = o.period
    ) and not exists (
        select 1 from figure f where f.unit = o.unit
    )
    union all
    select r.unit, r.indicator, r.period, r.status, false as gathered
    from revised_value r
    where r.value is null and not exists (
        select 1 from figure f where f.unit = r.unit
    )
    union all
    select g.unit, g.indicator, g.period, g.status, true as gathered
    from gathered_value g
    where g.value is null
),
judged as (
    select c.unit, c.indicator, c.period,
           case when c.status = 2 and not c.gathered and a.approver is null then 3 else c.status end as status
    from chosen c
    left join approval a on a.unit = c.unit and a.indicator = c.indicator
)
select c.unit, c.indicator, u.segment,
       count(case when c.status = 2 then 1 end) as not_applicable,
       count(case when c.status = 4 then 1 end) as withheld,
       count(case when c.status = 3 then 1 end) as missing
from judged c
join period_use u on u.indicator = c.indicator and u.period = c.period and u.purpose = 'value'
group by c.unit, c.indicator, u.segment
