-- How many periods are due from a unit that existed for part of the year only.
-- scope: group
-- when: part_year
select p.unit, u.indicator, u.segment, u.purpose, count(u.period) as expected
from part_unit p
join period_use u on u.period >= p.valid_from and u.period <= p.valid_to
group by p.unit, u.indicator, u.segment, u.purpose
