-- The unit's own agreed targets for the assessed period, one row an indicator.
-- scope: unit
-- when: targets
select t.unit, t.indicator,
       max(case when t.value is null and t.kind <> 'plan' then 1 else 0 end) = 1 as unlike,
       cast(max(case when t.kind = 'target' then t.value end) as decimal(38, 0)) as target,
       cast(max(case when t.kind = 'base' then t.value end) as decimal(38, 0)) as base,
       cast(max(case when t.kind = 'stretch' then t.value end) as decimal(38, 0)) as stretch,
       cast(max(case when t.kind = 'bottom' then t.value end) as decimal(38, 0)) as bottom
from known_target t
join setting s on s.period_end = t.period
group by t.unit, t.indicator
