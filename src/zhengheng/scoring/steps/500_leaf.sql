-- What each indicator brings to its dimension: a score, a floor, nothing, or a reason to stop.
-- scope: unit
-- inline
with ruled as (
    select s.unit, s.indicator, b.parent, b.depth, b.place, b.weight, b.full, b.mass, b.leaves,
           case s.status when 1 then 'value' when 6 then 'filled' when 5 then 'not_due'
                when 4 then t.withheld
                when 3 then b.missing when 7 then b.missing
                else case b.not_applicable when 'reweight'
                     then case when u.points is null then 'unranked' else 'substitute' end
                     else b.not_applicable end end as outcome,
           s.points, u.points as substitute, b.lowest
    from indicator_score s
    join branch b on b.category = s.category and b.child = s.indicator
    join setting t on true
    left join substitute u on u.unit = s.unit and u.indicator = s.indicator
)
select r.unit, r.parent, r.indicator as child, r.depth, r.place, r.weight, r.full, r.mass,
       case r.outcome when 'value' then r.points when 'filled' then r.points when 'substitute' then r.substitute
            when 'floor' then r.lowest when 'unranked' then r.lowest end as score,
       r.outcome,
       case when r.outcome = 'value' then r.leaves else 0 end as used,
       case when r.outcome = 'not_due' then 0 else r.leaves end as leaves
from ruled r
