-- The same where a dimension looks at the whole group: duels, a gap filled with the others' scores, a
-- score rescaled over the group. In this order: filled, rescaled, turned round, times its coefficient.
-- Only what is ranked is a measure for others.
-- scope: group
-- when: relative
-- per: level
-- begins: children
duel as (
    select a.unit, a.parent, b.unit as rival,
           sum(case when a.score > b.score then a.weight else 0 end) as ahead,
           sum(case when a.score < b.score then a.weight else 0 end) as behind
    from child a
    join node n on n.node = a.parent and n.aggregate = 'copeland'
    join unit u on u.unit = a.unit
    join unit v on v.comparison_group = u.comparison_group and v.unit <> u.unit
    join child b on b.unit = v.unit and b.parent = a.parent and b.child = a.child
    join covered s on s.unit = b.unit and s.parent = b.parent and s.worst = 0 and s.scored > 0
     and s.below is null
    where a.score is not null and b.score is not null and a.weight > 0 and b.weight > 0
    group by a.unit, a.parent, b.unit
),
won as (
    select d.unit, d.parent,
           sum(case when d.ahead > d.behind then 2 when d.ahead = d.behind then 1 else 0 end) as won_2,
           count(d.rival) as rivals
    from duel d
    group by d.unit, d.parent
),
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
                when 'copeland' then f.full * 1000 * w.won_2
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
                when 'copeland' then cast(2 * w.rivals as decimal(38, 0))
                else case when s.lowest = 0 then cast(1 as decimal(38, 0))
                          else s.inverses end end as denominator
    from covered s
    join unit u on u.unit = s.unit
    join node n on n.node = s.parent
    left join node_full f on f.category = u.category and f.node = s.parent
    left join coefficient c on c.category = u.category and c.subject = s.parent
    left join unit_coefficient k on k.unit = s.unit and k.subject = s.parent
    left join won w on w.unit = s.unit and w.parent = s.parent
),
formed as (
    select d.unit, d.category, d.comparison_group, d.parent, d.worst, d.scored, d.used, d.leaves,
           d.factor, d.most,
           case when d.worst < 2 and d.scored > 0 then ratio(d.numerator, d.denominator) end as fine,
           ratio(d.numerator, d.denominator * d.round_unit) * d.round_unit as printed
    from divided d
),
pooled as (
    select f.unit, f.category, f.comparison_group, f.parent, f.worst, f.scored, f.used, f.leaves,
           f.factor, f.most, f.fine, f.printed,
           case when f.worst = 0 and abs(f.fine) < 100000000000000 then f.fine end as sound,
           case when r.pool = 'group' then f.comparison_group end as pool_group,
           case when r.pool = 'category' then f.category end as pool_category
    from formed f
    left join node_rule r on r.node = f.parent
),
donated as (
    select p.unit, p.category, p.comparison_group, p.parent, p.worst, p.scored, p.used, p.leaves,
           p.factor, p.most, p.fine, p.printed,
           p.sound, p.pool_group, p.pool_category,
           count(p.sound) over (partition by p.parent, p.pool_group, p.pool_category) as donors,
           sum(p.sound) over (partition by p.parent, p.pool_group, p.pool_category) as amount,
           row_number() over (
               partition by p.parent, p.pool_group, p.pool_category
               order by p.sound asc nulls last, p.unit asc nulls last
           ) as ascending
    from pooled p
),
centred as (
    select d.unit, d.category, d.comparison_group, d.parent, d.worst, d.scored, d.used, d.leaves,
           d.factor, d.most, d.fine, d.printed,
           d.sound, d.donors, d.amount,
           sum(case when 2 * d.ascending = d.donors then d.sound
                    when 2 * d.ascending = d.donors + 1 then 2 * d.sound
                    when 2 * d.ascending = d.donors + 2 then d.sound
                    else 0 end) over (
               partition by d.parent, d.pool_group, d.pool_category
           ) as median_2
    from donated d
),
completed as (
    select e.unit, e.category, e.comparison_group, e.parent, e.worst, e.scored, e.used, e.leaves,
           e.factor, e.most, e.fine, e.printed, e.sound,
           e.fine is null and e.worst < 2 and e.leaves > 0
               and coalesce(e.donors >= r.minimum, false) as filled,
           case when e.fine is not null then case when abs(e.fine) < 100000000000000 then e.fine end
                when e.worst < 2 and e.leaves > 0 and e.donors >= r.minimum
                then case r.fill when 'median' then ratio(e.median_2, 2)
                                 else ratio(e.amount, e.donors) end end as held
    from centred e
    left join node_rule r on r.node = e.parent
),
member as (
    select g.unit, g.category, g.comparison_group, g.parent, g.worst, g.scored, g.used, g.leaves,
           g.factor, g.most, g.fine, g.printed, g.filled, g.held,
           case when g.filled and r.counted then g.held else g.sound end as sound
    from completed g
    left join node_rule r on r.node = g.parent
),
compared as (
    select m.unit, m.category, m.comparison_group, m.parent, m.worst, m.scored, m.used, m.leaves,
           m.factor, m.most, m.fine, m.printed, m.filled, m.held, m.sound,
           min(m.sound) over (partition by m.comparison_group, m.parent) as lowest,
           max(m.sound) over (partition by m.comparison_group, m.parent) as highest,
           count(m.sound) over (partition by m.comparison_group, m.parent) as members,
           sum(m.sound) over (partition by m.comparison_group, m.parent) as amount,
           count(m.sound) over (
               partition by m.comparison_group, m.parent order by m.held desc nulls last
           ) as above,
           count(m.sound) over (partition by m.comparison_group, m.parent, m.held) as equals
    from member m
),
averaged as (
    select o.unit, o.category, o.comparison_group, o.parent, o.worst, o.scored, o.used, o.leaves,
           o.factor, o.most, o.fine, o.printed, o.filled, o.held, o.sound,
           o.lowest, o.highest, o.members, ratio(o.amount, o.members) as mean,
           least(greatest(o.held, o.lowest), o.highest) as bounded,
           2 * (o.above - o.equals + 1) + greatest(o.equals - 1, 0) as place_2
    from compared o
),
scattered as (
    select a.unit, a.category, a.comparison_group, a.parent, a.worst, a.scored, a.used, a.leaves,
           a.factor, a.most, a.fine, a.printed, a.filled, a.held, a.lowest,
           a.highest, a.members, a.mean, a.bounded, a.place_2,
           sum((a.sound - a.mean) * (a.sound - a.mean)) over (
               partition by a.comparison_group, a.parent
           ) as squares
    from averaged a
),
rescaled as (
    select s.unit, s.category, s.comparison_group, s.parent, s.worst, s.scored, s.used, s.leaves,
           s.factor, s.most, s.fine, s.printed, s.filled, s.held,
           case r.rescale
                when 'min_max'
                then ratio(f.full * (r.first * (s.highest - s.lowest)
                                     + (r.second - r.first) * (s.bounded - s.lowest)),
                           (s.highest - s.lowest) * 1000)
                when 'best'
                then case when r.first is not null
                          then ratio(f.full * 1000 * (s.bounded - s.lowest + r.first * 1000),
                                     s.highest - s.lowest + r.first * 1000)
                          when s.highest > 0 then ratio(f.full * 1000 * s.bounded, s.highest) end
                when 'mean' then case when s.mean > 0 then ratio(f.full * 1000 * s.held, s.mean) end
                when 'z_score'
                then r.first * 1000
                     + ratio(r.second * 1000000000 * (s.held - s.mean),
                             integer_root(ratio(s.squares,
                                                case when r.sample then s.members - 1
                                                     else s.members end)))
                when 'exponential_rank'
                then ratio(-1 * f.full * 1000
                           * logarithm(ratio(2 * s.members * cast(1000000000000000 as decimal(38, 0))
                                             - (2 * s.members + 2 - s.place_2) * r.curve,
                                             2 * s.members), 15), r.curve_top)
           end as stretched
    from scattered s
    left join node_rule r on r.node = s.parent
    left join node_full f on f.category = s.category and f.node = s.parent
),
turned as (
    select z.unit, z.category, z.comparison_group, z.parent, z.worst, z.scored, z.used, z.leaves,
           z.factor, z.most, z.fine, z.printed, z.filled, z.held, f.full,
           z.filled or r.rescale is not null or coalesce(r.mirror, false)
               or z.factor is not null as posted,
           case when r.mirror then f.full * 1000 else 0 end
           + case when r.mirror then -1 else 1 end
             * case when z.held is null or r.rescale is null then z.held
                    when z.stretched is not null then z.stretched
                    when r.undefined = 'zero' then cast(0 as decimal(38, 0))
                    when r.undefined = 'half' then f.full * 500
                    when r.undefined = 'full' then f.full * 1000 end as turned
    from rescaled z
    left join node_rule r on r.node = z.parent
    left join node_full f on f.category = z.category and f.node = z.parent
),
multiplied as (
    select t.unit, t.category, t.comparison_group, t.parent, t.worst, t.scored, t.used, t.leaves,
           t.factor, t.most, t.fine, t.printed, t.filled, t.held, t.posted,
           case when t.factor is null then t.turned * 1000000
                when t.turned is not null
                then least(t.turned * t.factor,
                           coalesce(t.most * t.full * 1000, t.turned * t.factor)) end as product
    from turned t
),
rounded as (
    select m.unit, m.category, m.comparison_group, m.parent, m.worst, m.scored, m.used, m.leaves,
           m.filled, m.held, n.carry, n.round_unit,
           case when not m.posted or abs(m.fine) >= 100000000000000 then m.fine
                else ratio(m.product, 1000000) end as exact,
           case when not m.posted then m.printed
                when abs(m.fine) >= 100000000000000 then m.fine
                else ratio(m.product, 1000000 * n.round_unit) * n.round_unit end as printed
    from multiplied m
    join node n on n.node = m.parent
)
select r.unit, r.category, r.comparison_group, r.parent as node,
       case when r.worst = 2 then 'missing'
            when r.leaves = 0 then 'not_due'
            when r.printed is null or (r.scored = 0 and not r.filled) then 'empty'
            when r.filled then 'filled'
            when r.worst = 1 then 'unranked'
            else 'value' end as status,
       case when r.worst = 2 or r.printed is null or (r.scored = 0 and not r.filled) then null
            when q.plain
            then case when r.carry = 'exact' then r.held
                      else ratio(r.held, r.round_unit) * r.round_unit end
            when r.carry = 'exact' then r.exact
            else r.printed end as score,
       case when r.worst = 2 or (r.scored = 0 and not r.filled) then null
            else r.printed end as printed,
       cast(r.used as bigint) as used,
       cast(r.leaves as bigint) as leaves
from rounded r
left join node_rule q on q.node = r.parent
