-- The same where a geometric or harmonic mean is among them: logarithms and inverses are summed too.
-- What is above zero and below a thousandth of a point counts as that in a harmonic mean.
-- scope: unit
-- when: curved
-- per: level
with child as (
    select f.unit, f.parent, f.weight, f.mass, f.score, f.outcome,
           f.used, f.leaves
    from leaf f
    where f.depth = :place
    union all
    select n.unit, b.parent, b.weight, b.mass,
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
           sum(c.used) as used,
           sum(c.leaves) as leaves
    from child c
    join node n on n.node = c.parent
    group by c.unit, c.parent
),
divided as (
    select s.unit, u.category, u.comparison_group, s.parent, s.worst, s.scored,
           s.used, s.leaves, n.carry, n.round_unit,
           case n.aggregate
                when 'sum' then case when s.mass_present = s.mass_due then s.points
                                     else s.points * s.mass_due end
                when 'arithmetic' then s.points
                when 'geometric' then case when s.lowest < 0 then null when s.lowest = 0 then 0
                                           else exponential(ratio(s.logs, s.weight)) end
                else case when s.lowest < 0 then null when s.lowest = 0 then 0
                          else s.weight * cast(1000000000000000000000 as decimal(38, 0)) end end as numerator,
           case n.aggregate
                when 'sum' then case when s.mass_present = s.mass_due
                                     then cast(1000000 as decimal(38, 0))
                                     else 1000000 * s.mass_present end
                when 'arithmetic' then s.weight
                when 'geometric' then cast(1 as decimal(38, 0))
                else case when s.lowest = 0 then cast(1 as decimal(38, 0))
                          else s.inverses end end as denominator
    from summed s
    join unit u on u.unit = s.unit
    join node n on n.node = s.parent
),
rounded as (
    select d.unit, d.category, d.comparison_group, d.parent, d.worst, d.scored,
           d.used, d.leaves, d.carry,
           case when d.carry = 'exact' then ratio(d.numerator, d.denominator) end as exact,
           ratio(d.numerator, d.denominator * d.round_unit) * d.round_unit as printed
    from divided d
)
select r.unit, r.category, r.comparison_group, r.parent as node,
       case when r.worst = 2 then 'missing'
            when r.leaves = 0 then 'not_due'
            when r.scored = 0 or r.printed is null then 'empty'
            when r.worst = 1 then 'unranked'
            else 'value' end as status,
       case when r.worst = 2 or r.scored = 0 then null
            when r.carry = 'exact' then r.exact
            else r.printed end as score,
       case when r.worst = 2 or r.scored = 0 then null else r.printed end as printed,
       cast(r.used as bigint) as used,
       cast(r.leaves as bigint) as leaves
from rounded r
