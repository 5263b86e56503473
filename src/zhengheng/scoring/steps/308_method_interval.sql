-- 区间法: W inside [low, high], falling in a straight line to nothing at the limits
-- scope: unit
-- inline
-- when: method interval
select m.unit, m.category, m.comparison_group, m.indicator, m.segment, m.status, m.value,
       m.target,
       m.full * 1000000 * case when m.value < m.low then m.value - m.low_limit
                              when m.value > m.high then m.high_limit - m.value
                              else 1 end as numerator,
       case when m.value < m.low then m.low - m.low_limit
            when m.value > m.high then m.high_limit - m.high
            else 1 end as denominator,
       cast(0 as decimal(38, 0)) as least,
       m.full * 1000000 as most
from measured m
where m.method = 'interval'
