-- 加减分法 per unit of measure: W · (1 + slope · (actual - target)); mirrored if lower is better
-- scope: unit
-- inline
-- when: method difference
select m.unit, m.category, m.comparison_group, m.indicator, m.segment, m.status, m.value,
       m.target,
       m.full * (1000000 * m.unit_scale + m.first * m.sign * (m.value - m.target)) as numerator,
       m.unit_scale as denominator,
       m.full * m.least as least,
       m.full * m.most as most
from measured m
where m.method = 'difference'
