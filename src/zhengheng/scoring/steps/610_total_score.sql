-- The total: composite plus decided bonus, less decided deductions.
-- scope: unit
select n.unit, n.category, n.comparison_group,
       case when n.status = 'value' and x.unit is not null then 'unranked'
            when n.status = 'empty' then 'missing'
            else n.status end as status,
       n.score as composite,
       coalesce(a.bonus, 0) as bonus,
       coalesce(a.deduction, 0) as deduction,
       n.score + coalesce(a.bonus, 0) - coalesce(a.deduction, 0) as score,
       ratio(n.score + coalesce(a.bonus, 0) - coalesce(a.deduction, 0), d.round_unit)
           * d.round_unit as printed,
       a.limit_place, a.forced_place,
       coalesce(a.vetoed, 0) = 1 as vetoed,
       n.used, n.leaves
from node_score n
join node d on d.node = n.node and d.depth = 0
left join adjustment a on a.unit = n.unit
left join excess x on x.unit = n.unit
