-- Lowest, highest and twice the median of each group (twice, so that it stays an integer).
-- scope: group
-- when: grouped
select g.comparison_group, g.indicator, g.segment,
       max(g.due) as due,
       max(g.valued) as valued,
       max(g.scattered) as scattered,
       min(g.value) as lowest,
       max(g.value) as highest,
       sum(case when 2 * g.ascending = g.valued then g.value
                when 2 * g.ascending = g.valued + 1 then 2 * g.value
                when 2 * g.ascending = g.valued + 2 then g.value
                else 0 end) as median_2
from group_value g
where g.status = 1
group by g.comparison_group, g.indicator, g.segment
