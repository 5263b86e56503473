-- Groups too wide and too many for the squares of a standard deviation.
-- scope: group
-- when: method z_score
-- refuse: spread
select c.comparison_group as unit, c.indicator as subject, c.valued * (c.highest - c.lowest) as number
from group_centre c
where c.scattered = 1 and c.valued * (c.highest - c.lowest) >= 1000000000000000
