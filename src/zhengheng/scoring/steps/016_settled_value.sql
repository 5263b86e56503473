-- What an appeal decided of a whole period, in the place of the rows of its unit wherever these go further: to heirs and parents.
-- A sum stands in the last period, a mean in each. It cannot be divided among the parts of a year that is cut, nor taken apart
-- into what a unit took over, or adds up from below, and what is its own: there its rows go further as they are.
-- scope: group
-- when: settled
with whole as (
    select s.indicator, s.combine, s.additive
    from series s
    where s.combine <> 'derived'
    group by s.indicator, s.combine, s.additive
    having min(s.segment) = max(s.segment)
),
composed as (
    select r.unit, r.indicator
    from rollup r
    union
    select f.unit, w.indicator
    from figure f
    join whole w on f.kind = 'all' or w.additive = (f.kind = 'sums')
    where f.origin <> f.unit
),
placed as (
    select x.unit, x.indicator, x.value, w.combine, c.period,
           row_number() over (partition by x.unit, x.indicator order by c.period desc nulls last) as place
    from decided_value x
    join unit u on u.unit = x.unit
    join whole w on w.indicator = x.indicator
    join period_use c on c.indicator = x.indicator and c.purpose = 'value'
    where c.period >= u.valid_from and c.period <= u.valid_to
      and not exists (select 1 from composed o where o.unit = x.unit and o.indicator = x.indicator)
)
select p.unit, p.indicator, p.period,
       case when p.combine = 'mean' or p.place = 1 then p.value else 0 end as value,
       cast(1 as bigint) as status
from placed p
