-- One pass over the observations: sum and count what counts; a series without any counts nothing.
-- scope: unit
-- when: plain
with counted as (
    select o.unit, o.indicator, o.value
    from observation o
    where exists (
        select 1 from period_use u where u.indicator = o.indicator and u.period = o.period
    )
    union all
    select u.unit, s.indicator, cast(null as bigint) as value
    from unit u
    join series s on s.category = u.category
    where s.combine <> 'derived'
)
select c.unit, c.indicator, cast(1 as bigint) as segment,
       cast(sum(c.value) as decimal(38, 0)) as total,
       count(c.value) as valued,
       cast(null as decimal(38, 0)) as total_before,
       cast(0 as bigint) as valued_before
from counted c
group by c.unit, c.indicator
