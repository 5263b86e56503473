-- The same where a mean is none of sums, where a dimension needs so many indicators or is turned round,
-- or a coefficient multiplies. A geometric mean sums logarithms, a harmonic one inverses: there, what is
-- above zero and below a thousandth of a point counts as that.
-- scope: unit
-- when: curved
-- per: level
-- begins: children
divided as (
    select s.unit, u.category, u.comparison_group, s.parent,
           case when s.worst = 0 and s.below = 'unranked' then 1 else s.worst end as worst,
           case when s.below = 'missing' then 0 else s.scored end as scored,
           s.used, s.leaves, n.carry, n.round_unit, f.full,
           coalesce(k.factor, c.factor) as factor, c.most,
           case n.aggregate
                when 'sum' then case when s.mass_present = s.mass_due then s.points
                                     else s.points * s.mass_due end
                when 'arithmetic' then s.points
                when 'geometric' then case when s.lowest < 0 then null when s.lowest = 0 then 0
                                           else exponential(ratio(s.logs, s.weight)) end
                when 'product' then ratio(f.full * s.first_score, s.first_full) * s.second_score
                when 'quotient' then ratio(f.full * s.first_score, s.first_full) * s.second_full * 1000
                else case when s.lowest < 0 then null when s.lowest = 0 then 0
                          else s.weight * cast(1000000000000000000000 as decimal(38, 0)) end end as numerator,
           case n.aggregate
                when 'sum' then case when s.mass_present = s.mass_due
                                     then cast(1000000 as decimal(38, 0))
                                     else 1000000 * s.mass_present end
                when 'arithmetic' then s.weight
                when 'geometric' then cast(1 as decimal(38, 0))
                when 'product' then s.second_full * 1000
                when 'quotient' then case when s.second_score > 0 then s.second_score end
                else case when s.lowest = 0 then cast(1 as decimal(38, 0))
                          else s.inverses end end as denominator
    from covered s
    join unit u on u.unit = s.unit
    join node n on n.node = s.parent
    left join node_full f on f.category = u.category and f.node = s.parent
    left join coefficient c on c.category = u.category and c.subject = s.parent
    left join unit_coefficient k on k.unit = s.unit and k.subject = s.parent
),
formed as (
    select d.unit, d.category, d.comparison_group, d.parent, d.worst, d.scored, d.used, d.leaves,
           d.carry, d.round_unit, d.full, d.factor, d.most, coalesce(r.mirror, false) as mirror,
           d.factor is not null or coalesce(r.mirror, false) as posted,
           case when d.carry = 'exact' or d.factor is not null or r.mirror
                then ratio(d.numerator, d.denominator) end as fine,
           ratio(d.numerator, d.denominator * d.round_unit) * d.round_unit as printed
    from divided d
    left join node_rule r on r.node = d.parent
),
turned as (
    select f.unit, f.category, f.comparison_group, f.parent, f.worst, f.scored, f.used, f.leaves,
           f.carry, f.round_unit, f.full, f.factor, f.most, f.posted, f.fine, f.printed,
           case when not f.posted or abs(f.fine) >= 100000000000000 then null
                when f.mirror then f.full * 1000 - f.fine
                else f.fine end as turned
    from formed f
),
multiplied as (
    select t.unit, t.category, t.comparison_group, t.parent, t.worst, t.scored, t.used, t.leaves,
           t.carry, t.round_unit, t.posted, t.fine, t.printed, t.turned,
           case when t.factor is null then t.turned * 1000000
                when t.turned is not null
                then least(t.turned * t.factor,
                           coalesce(t.most * t.full * 1000, t.turned * t.factor)) end as product
    from turned t
),
rounded as (
    select m.unit, m.category, m.comparison_group, m.parent, m.worst, m.scored, m.used, m.leaves,
           m.carry,
           case when not m.posted or abs(m.fine) >= 100000000000000 then m.fine
                else ratio(m.product, 1000000) end as exact,
           case when not m.posted then m.printed
                when abs(m.fine) >= 100000000000000 then m.fine
                else ratio(m.product, 1000000 * m.round_unit) * m.round_unit end as printed
    from multiplied m
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
