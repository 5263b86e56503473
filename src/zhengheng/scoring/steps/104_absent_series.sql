-- What a unit owes and sent nothing of. Who sent all that is asked of anybody needs no look.
-- scope: unit
with owed as (
    select s.category, s.indicator, s.segment from series s where s.combine <> 'derived'
),
asked as (
    select distinct o.indicator, o.segment from owed o
),
everything as (
    select count(a.indicator) as series from asked a
),
sent as (
    select v.unit, count(v.indicator) as series
    from period_value v
    join asked a on a.indicator = v.indicator and a.segment = v.segment
    group by v.unit
),
suspect as (
    select u.unit, u.category
    from unit u
    join everything e on true
    left join sent s on s.unit = u.unit
    where coalesce(s.series, 0) < e.series
),
due as (
    select o.category, count(o.indicator) as series from owed o group by o.category
),
held as (
    select v.unit, count(v.indicator) as series
    from period_value v
    join suspect u on u.unit = v.unit
    join owed o
      on o.category = u.category and o.indicator = v.indicator and o.segment = v.segment
    group by v.unit
),
short as (
    select u.unit, u.category
    from suspect u
    join due d on d.category = u.category
    left join held h on h.unit = u.unit
    where coalesce(h.series, 0) < d.series
)
select s.unit, o.indicator, o.segment
from short s
join owed o on o.category = s.category
where not exists (
    select 1 from period_value v
    where v.unit = s.unit and v.indicator = o.indicator and v.segment = o.segment
)
