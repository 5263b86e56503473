-- Winsorising 缩尾: the values that the lowest and the highest of a group take, never past its middle.
-- scope: group
-- when: treated
with placed as (
    select g.comparison_group, g.indicator, g.segment, g.value, g.ascending, g.valued,
           t.low, t.high,
           quotient(cast(g.valued + 1 as decimal(38, 0)), cast(2 as decimal(38, 0))) as middle
    from group_value g
    join treatment t on t.indicator = g.indicator and t.segment = g.segment
    where g.value is not null
)
select p.comparison_group, p.indicator, p.segment,
       max(case when p.ascending = least(p.low + 1, p.middle) then p.value end) as low_bound,
       max(case when p.ascending = greatest(p.valued - p.high, p.middle) then p.value end) as high_bound
from placed p
group by p.comparison_group, p.indicator, p.segment
