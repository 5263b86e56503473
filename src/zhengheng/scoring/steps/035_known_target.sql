-- All targets: agreed ones, and those taken over from predecessors.
-- scope: unit
-- inline
select t.unit, t.indicator, t.kind, t.period, t.value
from target t
union all
select i.unit, i.indicator, i.kind, i.period, i.value
from inherited_target i
