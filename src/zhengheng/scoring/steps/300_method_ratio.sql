-- 比率法: W · min(actual / target, cap)
-- scope: unit
-- inline
-- when: method ratio
select m.unit, m.category, m.comparison_group, m.indicator, m.segment, m.status, m.value,
       m.target,
       m.full * 1000000 * m.value as numerator,
       case when m.target > 0 then m.target end as denominator,
       m.full * m.least as least,
       m.full * m.most as most
from measured m
where m.method = 'ratio'
