-- 功效系数法: W · (base + span · (x - bottom) / (target - bottom)), clamped
-- No result where the target is not better than the bottom.
-- scope: unit
-- inline
-- when: method efficacy
select m.unit, m.category, m.comparison_group, m.indicator, m.segment, m.status, m.value,
       m.target,
       m.full * (m.first * (m.target - m.bottom) + m.second * (m.value - m.bottom)) as numerator,
       case when m.sign * m.target > m.sign * m.bottom then m.target - m.bottom
            else 0 end as denominator,
       m.full * m.least as least,
       m.full * m.most as most
from measured m
where m.method = 'efficacy'
