-- Four times the median absolute deviation, and the sums the standard deviation needs.
-- scope: group
-- when: grouped
with apart as (
    select g.unit, g.comparison_group, g.indicator, g.segment, g.value, c.lowest, c.valued, c.scattered,
           abs(2 * g.value - c.median_2) as deviation_2
    from group_measure g
    join group_centre c
      on c.comparison_group = g.comparison_group and c.indicator = g.indicator
     and c.segment = g.segment
    where g.value is not null
),
placed as (
    select a.comparison_group, a.indicator, a.segment, a.value, a.lowest, a.valued, a.scattered,
           a.deviation_2,
           row_number() over (
               partition by a.comparison_group, a.indicator, a.segment
               order by a.deviation_2 asc nulls last, a.unit asc nulls last
           ) as ascending
    from apart a
)
select p.comparison_group, p.indicator, p.segment,
       sum(case when p.scattered > 0 then p.value - p.lowest end) as total,
       sum(case when p.scattered > 0
                then (p.value - p.lowest) * (p.value - p.lowest) end) as squares,
       sum(case when 2 * p.ascending = p.valued then p.deviation_2
                when 2 * p.ascending = p.valued + 1 then 2 * p.deviation_2
                when 2 * p.ascending = p.valued + 2 then p.deviation_2
                else 0 end) as mad_4
from placed p
group by p.comparison_group, p.indicator, p.segment
