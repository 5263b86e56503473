-- Everything a group-relative method may ask about its group.
-- scope: group
-- when: grouped
select c.comparison_group, c.indicator, c.segment, c.due, c.valued, c.lowest, c.highest,
       d.total, c.median_2, d.mad_4,
       integer_root(c.valued * d.squares - d.total * d.total) as root
from group_centre c
join group_deviation d
  on d.comparison_group = c.comparison_group and d.indicator = c.indicator
 and d.segment = c.segment
