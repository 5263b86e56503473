-- The same where indicators count periods of their own.
-- scope: unit
-- when: plain
select o.unit, o.indicator, cast(1 as bigint) as segment,
       cast(sum(o.value) as decimal(38, 0)) as total,
       count(o.value) as valued,
       cast(null as decimal(38, 0)) as total_before,
       cast(0 as bigint) as valued_before,
       cast(0 as bigint) as settled_before,
       cast(0 as bigint) as gaps_before
from observation o
where exists (
    select 1 from period_use u where u.indicator = o.indicator and u.period = o.period
)
group by o.unit, o.indicator
