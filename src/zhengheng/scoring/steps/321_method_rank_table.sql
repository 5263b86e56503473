-- 排名法 by table: the share written for the rank; beyond the table nothing
-- scope: unit
-- inline
-- when: method rank_table
select m.unit, m.category, m.comparison_group, m.indicator, m.segment, m.status, m.value,
       m.target,
       m.full * coalesce(s.share, 0) as numerator,
       cast(1 as decimal(38, 0)) as denominator,
       cast(null as decimal(38, 0)) as least,
       cast(null as decimal(38, 0)) as most
from measured m
left join group_value v on v.unit = m.unit and v.indicator = m.indicator and v.segment = m.segment
left join rank_share s on s.indicator = m.indicator and s.segment = m.segment
 and s.place = v.place + case m.ties when 'worst' then v.equals - 1 else 0 end
where m.method = 'rank_table'
