-- The same of dimensions and the composite.
-- scope: unit
-- refuse: score
select n.unit, n.node as subject, case when abs(n.score) >= 100000000000000 then n.score else n.printed end as number
from node_score n
where abs(n.score) >= 100000000000000 or abs(n.printed) >= 100000000000000
