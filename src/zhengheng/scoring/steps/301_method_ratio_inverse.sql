-- 比率法逆向 (a): W · min(target / actual, cap); nothing or less than nothing is better than any target above it: the cap
-- scope: unit
-- inline
-- when: method ratio_inverse
select m.unit, m.category, m.comparison_group, m.indicator, m.segment, m.status, m.value,
       m.target,
       case when m.value > 0 then m.full * 1000000 * m.target
            when m.value = m.target then m.full * 1000000
            else m.full * m.most end as numerator,
       case when m.target >= 0
            then case when m.value > 0 then m.value else cast(1 as decimal(38, 0)) end end as denominator,
       m.full * m.least as least,
       m.full * m.most as most
from measured m
where m.method = 'ratio_inverse'
