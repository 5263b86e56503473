-- One pass over the observations, where every one of them counts: sum and count.
-- scope: unit
-- when: sole
select o.unit, o.indicator, cast(1 as bigint) as segment,
       cast(sum(o.value) as decimal(38, 0)) as total,
       count(o.value) as valued,
       cast(null as decimal(38, 0)) as total_before,
       cast(0 as bigint) as valued_before,
       cast(0 as bigint) as settled_before,
       cast(0 as bigint) as gaps_before
from observation o
group by o.unit, o.indicator
