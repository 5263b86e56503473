-- Everything a group-relative method may ask about its group.
-- root: of n*sum(x*x)-sum(x)**2; of a sample n/(n-1) times that.
-- scope: group
-- when: grouped
select c.comparison_group, c.indicator, c.segment, c.due, c.valued, c.lowest, c.highest,
       d.total, c.median_2, d.mad_4,
       case when c.scattered = 2
            then ratio(integer_root((c.valued * d.squares - d.total * d.total)
                                    * (c.valued * (c.valued - 1))), c.valued - 1)
            else integer_root(c.valued * d.squares - d.total * d.total) end as root
from group_centre c
join group_deviation d
  on d.comparison_group = c.comparison_group and d.indicator = c.indicator
 and d.segment = c.segment
