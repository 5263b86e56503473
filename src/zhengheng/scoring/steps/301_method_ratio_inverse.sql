-- 比率法逆向 (a): W · min(target / actual, cap)
-- scope: unit
-- inline
-- when: method ratio_inverse
select m.unit, m.category, m.comparison_group, m.indicator, m.segment, m.status, m.value,
       m.target,
       m.full * 1000000 * m.target as numerator,
       case when m.value > 0 then m.value end as denominator,
       m.full * m.least as least,
       m.full * m.most as most
from measured m
where m.method = 'ratio_inverse'
