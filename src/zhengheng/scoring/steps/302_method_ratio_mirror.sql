-- 比率法逆向 (b): W · max(0, 2 - actual / target)
-- scope: unit
-- inline
-- when: method ratio_mirror
select m.unit, m.category, m.comparison_group, m.indicator, m.segment, m.status, m.value,
       m.target,
       m.full * 1000000 * (2 * m.target - m.value) as numerator,
       case when m.target > 0 then m.target end as denominator,
       m.full * m.least as least,
       m.full * m.most as most
from measured m
where m.method = 'ratio_mirror'
