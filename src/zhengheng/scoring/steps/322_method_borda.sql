-- Borda: W · (units beaten, ties half) / (n - 1)
-- scope: unit
-- inline
-- when: method borda
select m.unit, m.category, m.comparison_group, m.indicator, m.segment, m.status, m.value,
       m.target,
       m.full * 500000 * (2 * case when m.among = 'valued' then v.valued else v.due end
                           - (2 * v.place + case m.ties when 'best' then 0
                                                        when 'worst' then 2 * (v.equals - 1)
                                                        else v.equals - 1 end)) as numerator,
       cast(case when m.among = 'valued' then v.valued else v.due end - 1 as decimal(38, 0)) as denominator,
       cast(0 as decimal(38, 0)) as least,
       m.full * 1000000 as most
from measured m
left join group_value v on v.unit = m.unit and v.indicator = m.indicator and v.segment = m.segment
where m.method = 'borda'
