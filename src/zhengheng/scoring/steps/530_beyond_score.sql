-- Points of a hundred thousand and more: what is added up of them might not fit.
-- scope: unit
-- refuse: score
with given as (
    select i.unit, i.indicator as subject, i.points, i.printed from indicator_score i
    union all
    select n.unit, n.node as subject, n.score as points, n.printed from node_score n
)
select g.unit, g.subject, greatest(abs(g.points), abs(g.printed)) as number
from given g
where abs(g.points) >= 100000000000000 or abs(g.printed) >= 100000000000000
