-- Points of a hundred thousand and more, before the segments of a split year are added up.
-- scope: unit
-- when: split
-- refuse: score
select p.unit, p.indicator as subject, case when abs(p.exact) >= 100000000000000 then p.exact else p.printed end as number
from points p
where abs(p.exact) >= 100000000000000 or abs(p.printed) >= 100000000000000
