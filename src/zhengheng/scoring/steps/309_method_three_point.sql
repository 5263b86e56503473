-- Three-point target: base, target and stretch joined by straight lines; no result where they do not grow better
-- scope: unit
-- inline
-- when: method three_point
select m.unit, m.category, m.comparison_group, m.indicator, m.segment, m.status, m.value,
       m.target,
       m.full * case when m.sign * m.value <= m.sign * m.target
                     then m.first * (m.target - m.base) + (m.second - m.first) * (m.value - m.base)
                     else m.second * (m.stretch - m.target)
                          + (m.third - m.second) * (m.value - m.target) end as numerator,
       case when m.sign * m.target <= m.sign * m.base or m.sign * m.stretch <= m.sign * m.target
                 then 0
                 when m.sign * m.value <= m.sign * m.target then m.target - m.base
                 else m.stretch - m.target end as denominator,
       m.full * m.least as least,
       m.full * m.most as most
from measured m
where m.method = 'three_point'
