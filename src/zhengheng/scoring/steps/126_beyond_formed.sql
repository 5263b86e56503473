-- The same of what was formed: indicators made from indicators, shares of milestones.
-- scope: unit
-- refuse: value
with given as (
    select d.unit, d.indicator, d.value as number from derived_value d
    union all
    select d.unit, d.indicator, d.previous as number from derived_value d
    union all
    select m.unit, m.indicator, m.value as number from milestone_value m
)
select g.unit, g.indicator as subject, g.number
from given g
where abs(g.number) >= 1000000000000000
