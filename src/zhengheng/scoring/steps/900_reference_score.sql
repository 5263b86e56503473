-- Persons bound to their unit: α · unit + (1 - α) · own, a reference score for those who grade.
-- scope: group
-- when: bound
select u.unit, u.superior, t.printed as own, s.printed as superior_score,
       ratio(g.alpha * s.printed + (1000000 - g.alpha) * t.printed,
             cast(10000000000000 as decimal(38, 0))) * 10000000 as score
from unit u
join total_score t on t.unit = u.unit
join total_score s on s.unit = u.superior
join setting g on true
where u.bound
