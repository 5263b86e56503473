-- An indicator's points: its segments pro rata where a split change cut the year.
-- scope: unit
-- when: whole
select c.unit, c.category, c.comparison_group, c.indicator,
       case when c.status = 1 and p.exact is null then 3 else c.status end as status,
       c.value, c.target,
       case r.carry when 'exact' then p.exact else p.printed end as points,
       p.printed
from cell c
join rule r on r.category = c.category and r.indicator = c.indicator and r.segment = c.segment
left join points p on p.unit = c.unit and p.indicator = c.indicator and p.segment = c.segment
