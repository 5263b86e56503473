-- Series that are due and of which nothing at all was observed: found among the units that lack any.
-- scope: unit
with owed as (
    select s.category, count(s.indicator) as series
    from series s
    where s.combine <> 'derived'
    group by s.category
),
held as (
    select v.unit, count(s.indicator) as series
    from period_value v
    join unit u on u.unit = v.unit
    join series s
      on s.category = u.category and s.indicator = v.indicator and s.segment = v.segment
     and s.combine <> 'derived'
    group by v.unit
),
lacking as (
    select u.unit, u.category
    from unit u
    join owed o on o.category = u.category
    left join held h on h.unit = u.unit
    where o.series > coalesce(h.series, 0)
)
select l.unit, s.indicator, s.segment
from lacking l
join series s on s.category = l.category and s.combine <> 'derived'
where not exists (
    select 1 from period_value v
    where v.unit = l.unit and v.indicator = s.indicator and v.segment = s.segment
)
