-- What an appeal decided of a whole period, in the place of the rows of its unit wherever these go further: to heirs and parents.
-- A sum stands in the last period of the unit's time, a mean in each. It cannot be divided among the parts of a year that is cut,
-- nor taken apart into what a unit took over, gave away or adds up from below, and what is its own; nor does it say what of it
-- belongs to a part of the time, where somebody has figures of a part. There its rows go further as they are.
-- scope: group
-- when: settled
with whole as (
    select s.indicator, s.combine, s.additive
    from series s
    where s.combine <> 'derived'
    group by s.indicator, s.combine, s.additive
    having min(s.segment) = max(s.segment)
),
taker as (
    select f.unit, f.origin, w.indicator, f.share, f.first, f.last
    from figure f
    join whole w on f.kind = 'all' or w.additive = (f.kind = 'sums')
    union all
    select r.unit, r.origin, r.indicator, r.share, r.first, r.last
    from rollup r
),
bounded as (
    select distinct t.unit, t.indicator from taker t where t.origin = t.unit
),
own as (
    select x.unit, x.indicator, x.value, w.combine, c.period
    from decided_value x
    join unit u on u.unit = x.unit
    join whole w on w.indicator = x.indicator
    join period_use c on c.indicator = x.indicator and c.purpose = 'value'
    left join bounded b on b.unit = x.unit and b.indicator = x.indicator
    where not x.earlier and (b.unit is null or exists (
        select 1 from taker t
        where t.unit = x.unit and t.origin = x.unit and t.indicator = x.indicator
          and t.first <= c.period and t.last >= c.period
    ))
),
mixed as (
    select distinct o.unit, o.indicator
    from own o
    join period_use c on c.indicator = o.indicator and c.purpose = 'value'
    join taker t
      on t.unit = o.unit and t.indicator = o.indicator and t.first <= c.period and t.last >= c.period
    where t.origin <> o.unit or t.share <> 1000000
),
reached as (
    select o.unit, o.indicator, t.unit as taker, t.share, t.first, t.last, count(o.period) as periods
    from own o
    join taker t
      on t.origin = o.unit and t.indicator = o.indicator and t.first <= o.period and t.last >= o.period
    where t.unit <> o.unit
    group by o.unit, o.indicator, t.unit, t.share, t.first, t.last
),
counted as (
    select o.unit, o.indicator, count(o.period) as periods from own o group by o.unit, o.indicator
),
parted as (
    select distinct r.unit, r.indicator
    from reached r
    join counted c on c.unit = r.unit and c.indicator = r.indicator
    where r.periods < c.periods
),
placed as (
    select o.unit, o.indicator, o.value, o.combine, o.period,
           row_number() over (partition by o.unit, o.indicator order by o.period desc nulls last) as place
    from own o
    where not exists (select 1 from mixed m where m.unit = o.unit and m.indicator = o.indicator)
      and not exists (select 1 from parted p where p.unit = o.unit and p.indicator = o.indicator)
)
select p.unit, p.indicator, p.period,
       case when p.combine = 'mean' or p.place = 1 then p.value else 0 end as value,
       cast(1 as bigint) as status
from placed p
