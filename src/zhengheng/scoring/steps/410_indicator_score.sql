-- An indicator's points, where nothing cut the period.
-- scope: unit
-- when: whole
select p.unit, p.category, p.comparison_group, p.indicator, p.status, p.value, p.target,
       case p.carry when 'exact' then p.exact else p.printed end as points,
       p.printed
from points p
