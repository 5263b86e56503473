-- Points of a hundred thousand and more: what is added up of them might not fit.
-- scope: unit
-- refuse: score
select i.unit, i.indicator as subject, case when abs(i.points) >= 100000000000000 then i.points else i.printed end as number
from indicator_score i
where abs(i.points) >= 100000000000000 or abs(i.printed) >= 100000000000000
