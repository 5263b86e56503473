-- 增长法: W · (x - base) / (target - base), clamped; no result where the target is not better than the base
-- scope: unit
-- inline
-- when: method growth
select m.unit, m.category, m.comparison_group, m.indicator, m.segment, m.status, m.value,
       m.target,
       m.full * 1000000 * (m.value - m.base) as numerator,
       case when m.sign * m.target > m.sign * m.base then m.target - m.base
            else 0 end as denominator,
       m.full * m.least as least,
       m.full * m.most as most
from measured m
where m.method = 'growth'
