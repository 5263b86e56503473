-- Percentile rank: W · (below + equal / 2) / n
-- scope: unit
-- inline
-- when: method percentile
select m.unit, m.category, m.comparison_group, m.indicator, m.segment, m.status, m.value,
       m.target,
       m.full * 500000 * (2 * case when m.among = 'valued' then v.valued else v.due end - 2 * v.place
                           - case m.ties when 'best' then -2 when 'worst' then 2 * v.equals - 2
                                         else v.equals - 2 end) as numerator,
       cast(case when m.among = 'valued' then v.valued else v.due end as decimal(38, 0)) as denominator,
       cast(0 as decimal(38, 0)) as least,
       m.full * 1000000 as most
from measured m
left join group_value v on v.unit = m.unit and v.indicator = m.indicator and v.segment = m.segment
where m.method = 'percentile'
