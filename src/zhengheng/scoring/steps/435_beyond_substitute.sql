-- The same of what stands for points where an indicator does not apply.
-- scope: unit
-- when: not_applicable
-- refuse: score
select u.unit, u.indicator as subject, u.points as number
from substitute u
where abs(u.points) >= 100000000000000
