-- Values and targets of sixteen digits and more: what is computed from them might not fit.
-- scope: unit
-- refuse: value
with large as (
    select v.unit, v.indicator, v.segment, v.total, v.valued, v.total_before, v.valued_before
    from period_value v
    where abs(v.total) >= 1000000000000000 or abs(v.total_before) >= 1000000000000000
),
combined as (
    select g.unit, g.indicator,
           case when s.combine = 'mean' then ratio(g.total, g.valued) else g.total end as number,
           case when s.combine = 'mean' then ratio(g.total_before, g.valued_before)
                else g.total_before end as number_before
    from large g
    join unit u on u.unit = g.unit
    join series s
      on s.category = u.category and s.indicator = g.indicator and s.segment = g.segment
),
given as (
    select c.unit, c.indicator, c.number from combined c
    union all
    select c.unit, c.indicator, c.number_before as number from combined c
    union all
    select t.unit, t.indicator, t.target as number from unit_target t
    union all
    select t.unit, t.indicator, t.base as number from unit_target t
    union all
    select t.unit, t.indicator, t.stretch as number from unit_target t
    union all
    select t.unit, t.indicator, t.bottom as number from unit_target t
)
select g.unit, g.indicator as subject, g.number
from given g
where abs(g.number) >= 1000000000000000
