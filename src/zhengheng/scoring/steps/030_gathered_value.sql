-- A value of a period, from all the figures that are owed for it: none stands in for another, and what does not apply is no zero.
-- scope: group
-- when: composed
with kind as (
    select distinct s.indicator, s.absent from series s where s.combine <> 'derived'
),
counted as (
    select o.unit, o.indicator, o.period,
           min(o.since) as since,
           sum(o.value) as value,
           count(o.origin) as owed,
           count(o.value) as valued,
           count(case when o.status = 0 then 1 end) as silent,
           count(case when o.status = 2 then 1 end) as not_applicable,
           count(case when o.status = 3 then 1 end) as gaps,
           count(case when o.status = 4 then 1 end) as withheld
    from owed_figure o
    group by o.unit, o.indicator, o.period
),
judged as (
    select c.unit, c.indicator, c.period, c.since, c.value,
           case when c.withheld > 0 then 4
                when c.gaps > 0 or (c.silent > 0 and k.absent <> 'zero') then 3
                when c.not_applicable = c.owed then 2
                else 1 end as status
    from counted c
    join kind k on k.indicator = c.indicator
)
select j.unit, j.indicator, j.period,
       cast(case when j.status = 1 then coalesce(j.value, 0) end as bigint) as value,
       cast(j.status as bigint) as status, j.since
from judged j
