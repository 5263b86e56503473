-- Fixed goalposts: W · (x - low) / (high - low), x capped to them; lower is better: low and high changed over
-- scope: unit
-- inline
-- when: method goalposts
select m.unit, m.category, m.comparison_group, m.indicator, m.segment, m.status, m.value,
       m.target,
       m.full * 1000000 * (least(greatest(m.value, least(m.low, m.high)), greatest(m.low, m.high)) - m.low) as numerator,
       m.high - m.low as denominator,
       cast(0 as decimal(38, 0)) as least,
       m.full * 1000000 as most
from measured m
where m.method = 'goalposts'
