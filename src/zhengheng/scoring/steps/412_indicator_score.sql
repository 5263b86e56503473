-- Points as they stand, where no coefficient is declared.
-- scope: unit
-- when: unscaled
select j.unit, j.category, j.comparison_group, j.indicator, j.status, j.value, j.target, j.points,
       j.printed
from joined_points j
