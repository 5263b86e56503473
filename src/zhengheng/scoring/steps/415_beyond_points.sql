-- Points of a hundred thousand and more: what is added up of them might not fit.
-- scope: unit
-- refuse: score
select i.unit, i.indicator as subject, greatest(abs(i.points), abs(i.printed)) as number
from indicator_score i
where abs(i.points) >= 100000000000000 or abs(i.printed) >= 100000000000000
