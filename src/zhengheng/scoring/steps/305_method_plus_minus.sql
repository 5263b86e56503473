-- 加减分法: W · (1 + slope · percent over target); lower-is-better mirrored, where a target of nothing is met by nothing
-- scope: unit
-- inline
-- when: method plus_minus
select m.unit, m.category, m.comparison_group, m.indicator, m.segment, m.status, m.value,
       m.target,
       case when m.target <> 0
            then m.full * (1000000 * m.target + 100 * m.first * m.sign * (m.value - m.target))
            when m.value = 0 then m.full * 1000000
            when m.value > 0 then m.full * m.least
            else m.full * m.most end as numerator,
       case when m.target > 0 then m.target
            when m.target = 0 and m.sign < 0 then cast(1 as decimal(38, 0)) end as denominator,
       m.full * m.least as least,
       m.full * m.most as most
from measured m
where m.method = 'plus_minus'
