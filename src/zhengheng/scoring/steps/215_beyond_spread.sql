-- Groups too wide and too many for the squares of a standard deviation.
-- A sample's deviation has the number of values in it once more.
-- scope: group
-- when: method z_score
-- refuse: spread
with spread as (
    select c.comparison_group, c.indicator,
           case when c.scattered = 2
                then greatest(c.valued * (c.highest - c.lowest),
                              ratio(c.valued * c.valued * (c.highest - c.lowest), 1000))
                else c.valued * (c.highest - c.lowest) end as number
    from group_centre c
    where c.scattered > 0
)
select s.comparison_group as unit, s.indicator as subject, s.number
from spread s
where s.number >= 1000000000000000
