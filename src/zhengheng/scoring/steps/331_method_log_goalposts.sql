-- Logarithmic goalposts: W · (ln x - ln low) / (ln high - ln low), x capped to them; changed over likewise
-- scope: unit
-- inline
-- when: method log_goalposts
select m.unit, m.category, m.comparison_group, m.indicator, m.segment, m.status, m.value,
       m.target,
       m.full * 1000000 * (logarithm(least(greatest(m.value, least(m.low, m.high)), greatest(m.low, m.high)), m.decimals) - m.log_low) as numerator,
       m.log_high - m.log_low as denominator,
       cast(0 as decimal(38, 0)) as least,
       m.full * 1000000 as most
from measured m
where m.method = 'log_goalposts'
