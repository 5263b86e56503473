-- 排名法: W · (n - r + 1) / n; n counts every unit due to report
-- scope: unit
-- inline
-- when: method rank
select m.unit, m.category, m.comparison_group, m.indicator, m.segment, m.status, m.value,
       m.target,
       m.full * 1000000 * (v.due - v.place + 1) as numerator,
       cast(v.due as decimal(38, 0)) as denominator,
       cast(0 as decimal(38, 0)) as least,
       m.full * 1000000 as most
from measured m
left join group_value v on v.unit = m.unit and v.indicator = m.indicator and v.segment = m.segment
where m.method = 'rank'
