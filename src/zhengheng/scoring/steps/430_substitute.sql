-- 不适用 re-weighted: the lower of the unit's own rate on the siblings and its group's median rate.
-- A sibling's gap that stands at the floor counts as that here too: losing a value never pays.
-- Where nobody of the group has the indicator, or the unit has no sibling, the other rate alone.
-- scope: unit
-- when: not_applicable
with own as (
    select s.unit, b.parent,
           ratio(sum(b.weight * case when s.status in (1, 6) then s.points else b.lowest end)
                 * cast(1000000000000 as decimal(38, 0)),
                 sum(b.weight * b.full)) as rate
    from indicator_score s
    join branch b on b.category = s.category and b.child = s.indicator
    join setting t on true
    where s.status in (1, 6)
       or (s.status in (3, 7) and b.missing in ('floor', 'unranked'))
       or (s.status = 4 and t.withheld in ('floor', 'unranked'))
    group by s.unit, b.parent
)
select s.unit, s.indicator,
       ratio(b.full * case when o.rate < g.rate or g.rate is null then o.rate else g.rate end,
             cast(1000000000000 as decimal(38, 0)) * r.round_unit)
           * r.round_unit as points
from indicator_score s
join branch b on b.category = s.category and b.child = s.indicator
join rule r on r.category = s.category and r.indicator = s.indicator and r.segment = 1
left join own o on o.unit = s.unit and o.parent = b.parent
left join group_rate g
  on g.comparison_group = s.comparison_group and g.indicator = s.indicator
where s.status = 2 and b.not_applicable = 'reweight'
