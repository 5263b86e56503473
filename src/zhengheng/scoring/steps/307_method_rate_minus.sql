-- Rate minus points: max(floor, min(W, W - k · (T - rate)))
-- scope: unit
-- inline
-- when: method rate_minus
select m.unit, m.category, m.comparison_group, m.indicator, m.segment, m.status, m.value,
       m.target,
       m.full * 1000000 * m.unit_scale - m.first * 1000000 * m.sign * (m.target - m.value) as numerator,
       m.unit_scale as denominator,
       m.least_points * 1000000 as least,
       m.full * 1000000 as most
from measured m
where m.method = 'rate_minus'
