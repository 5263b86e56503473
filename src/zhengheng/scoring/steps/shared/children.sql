-- What the children of a dimension bring to it, summed in each way that a mean may need, and whether they cover it.
child as (
    select f.unit, f.parent, f.child, f.place, f.weight, f.full, f.mass, f.score, f.outcome,
           f.used, f.leaves
    from leaf f
    where f.depth = :place
    union all
    select n.unit, b.parent, b.child, b.place, b.weight, b.full, b.mass,
           case when n.status = 'empty' and b.missing in ('floor', 'unranked')
                then cast(0 as decimal(38, 0)) else n.score end as score,
           case n.status when 'missing' then 'block' when 'empty' then b.missing
                else n.status end as outcome,
           n.used, n.leaves
    from node_score n
    join branch b on b.category = n.category and b.child = n.node
    where b.depth = :place
),
summed as (
    select c.unit, c.parent,
           max(case c.outcome when 'block' then 2 when 'unranked' then 1 else 0 end) as worst,
           count(c.score) as scored,
           sum(case when c.score is not null then c.weight else 0 end) as weight,
           sum(case when c.score is not null then c.mass else 0 end) as mass_present,
           sum(case when c.outcome = 'not_due' then 0 else c.mass end) as mass_due,
           sum(c.weight * c.score) as points,
           sum(case when c.score > 0 and c.weight > 0 and n.aggregate = 'geometric'
                    then c.weight * logarithm(c.score, 9) end) as logs,
           sum(case when c.score > 0 and c.weight > 0 and n.aggregate = 'harmonic'
                    then ratio(c.weight * cast(1000000000000000000000 as decimal(38, 0)),
                               greatest(c.score, 1000000)) end) as inverses,
           min(case when c.weight > 0 then c.score end) as lowest,
           max(case when c.place = 1 then c.score end) as first_score,
           max(case when c.place = 1 then c.full end) as first_full,
           max(case when c.place = 2 then c.score end) as second_score,
           max(case when c.place = 2 then c.full end) as second_full,
           sum(c.used) as used,
           sum(c.leaves) as leaves
    from child c
    join node n on n.node = c.parent
    group by c.unit, c.parent
),
covered as (
    select s.unit, s.parent, s.worst, s.scored, s.weight, s.mass_present, s.mass_due, s.points,
           s.logs, s.inverses, s.lowest, s.first_score, s.first_full, s.second_score,
           s.second_full, s.used, s.leaves,
           case when s.used < r.least_used or s.used * 1000000 < r.least_share * s.leaves
                then r.below end as below
    from summed s
    left join node_rule r on r.node = s.parent
)
