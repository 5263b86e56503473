-- 比率法逆向 (b): W · max(0, 2 - actual / target); a target of nothing is met by nothing, missed by more, beaten by less
-- scope: unit
-- inline
-- when: method ratio_mirror
select m.unit, m.category, m.comparison_group, m.indicator, m.segment, m.status, m.value,
       m.target,
       case when m.target <> 0 then m.full * 1000000 * (2 * m.target - m.value)
            when m.value = 0 then m.full * 1000000
            when m.value > 0 then m.full * m.least
            else m.full * m.most end as numerator,
       case when m.target > 0 then m.target
            when m.target = 0 then cast(1 as decimal(38, 0)) end as denominator,
       m.full * m.least as least,
       m.full * m.most as most
from measured m
where m.method = 'ratio_mirror'
