-- An indicator's points, where nothing cut the period.
-- scope: unit
-- inline
-- when: whole
select p.unit, p.category, p.comparison_group, p.indicator, p.status, p.value, p.target,
       case p.carry when 'exact' then p.exact else p.printed end as points,
       p.printed, p.carry, p.round_unit
from points p
