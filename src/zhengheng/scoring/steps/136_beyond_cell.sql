-- The same of parts of a sum that were carried to the whole period.
-- scope: unit
-- when: split
-- refuse: value
with given as (
    select c.unit, c.indicator, c.value as number from cell c
    union all
    select c.unit, c.indicator, c.previous as number from cell c
)
select g.unit, g.indicator as subject, g.number
from given g
where abs(g.number) >= 1000000000000000
