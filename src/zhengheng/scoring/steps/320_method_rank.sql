-- 排名法: W · (n - r + 1) / n; n counts every unit due to report, or those with a value
-- scope: unit
-- inline
-- when: method rank
select m.unit, m.category, m.comparison_group, m.indicator, m.segment, m.status, m.value,
       m.target,
       m.full * 500000 * (2 * case when m.among = 'valued' then v.valued else v.due end + 2
                           - (2 * v.place + case m.ties when 'mean' then v.equals - 1
                                                        when 'worst' then 2 * (v.equals - 1)
                                                        else 0 end)) as numerator,
       cast(case when m.among = 'valued' then v.valued else v.due end as decimal(38, 0)) as denominator,
       cast(0 as decimal(38, 0)) as least,
       m.full * 1000000 as most
from measured m
left join group_value v on v.unit = m.unit and v.indicator = m.indicator and v.segment = m.segment
where m.method = 'rank'
