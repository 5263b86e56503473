-- One pass over the observations: sum what counts for the assessed period, count each status.
-- scope: unit
-- when: plain
select o.unit, o.indicator, cast(1 as bigint) as segment, 'value' as purpose,
       cast(sum(o.value) as decimal(38, 0)) as total,
       count(o.value) as valued,
       count(case when o.status = 2 then 1 end) as not_applicable,
       count(case when o.status = 4 then 1 end) as withheld,
       count(case when o.status = 3 then 1 end) as missing
from observation o
where exists (
    select 1 from period_use u where u.indicator = o.indicator and u.period = o.period
)
group by o.unit, o.indicator
