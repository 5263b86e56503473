-- Lowest, highest, sum and twice the median of each group (twice, so that it stays an integer).
-- scope: group
-- when: grouped
select g.comparison_group, g.indicator, g.segment,
       max(g.due) as due,
       max(g.valued) as valued,
       max(g.scattered) as scattered,
       min(g.value) as lowest,
       max(g.value) as highest,
       cast(sum(g.value) as decimal(38, 0)) as amount,
       sum(case when 2 * g.ascending = g.valued then g.value
                when 2 * g.ascending = g.valued + 1 then 2 * g.value
                when 2 * g.ascending = g.valued + 2 then g.value
                else 0 end) as median_2
from group_measure g
where g.value is not null
group by g.comparison_group, g.indicator, g.segment
