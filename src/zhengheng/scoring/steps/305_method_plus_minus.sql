-- 加减分法: W · (1 + slope · percent over target); lower-is-better mirrored
-- scope: unit
-- inline
-- when: method plus_minus
select m.unit, m.category, m.comparison_group, m.indicator, m.segment, m.status, m.value,
       m.target,
       m.full * (1000000 * m.target + 100 * m.first * m.sign * (m.value - m.target)) as numerator,
       case when m.target > 0 then m.target end as denominator,
       m.full * m.least as least,
       m.full * m.most as most
from measured m
where m.method = 'plus_minus'
