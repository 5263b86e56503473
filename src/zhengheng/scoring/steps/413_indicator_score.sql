-- Points times the coefficient 系数 of the unit, or of its category, up to its cap; rounded again.
-- scope: unit
-- when: scaled
with multiplied as (
    select j.unit, j.category, j.comparison_group, j.indicator, j.status, j.value, j.target,
           j.points, j.printed, j.carry, j.round_unit,
           case when j.points is not null
                then least(j.points * coalesce(u.factor, c.factor),
                           coalesce(c.most * b.full * 1000, j.points * coalesce(u.factor, c.factor)))
           end as product
    from joined_points j
    join branch b on b.category = j.category and b.child = j.indicator
    left join coefficient c on c.category = j.category and c.subject = j.indicator
    left join unit_coefficient u on u.unit = j.unit and u.subject = j.indicator
)
select m.unit, m.category, m.comparison_group, m.indicator, m.status, m.value, m.target,
       case when m.product is null then m.points
            when m.carry = 'exact' then ratio(m.product, 1000000)
            else ratio(m.product, 1000000 * m.round_unit) * m.round_unit end as points,
       case when m.product is null then m.printed
            else ratio(m.product, 1000000 * m.round_unit) * m.round_unit end as printed
from multiplied m
