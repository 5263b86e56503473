-- Imported mark: W · value / scale (scores, votes, percentages of a tier)
-- scope: unit
-- inline
-- when: method direct
select m.unit, m.category, m.comparison_group, m.indicator, m.segment, m.status, m.value,
       m.target,
       m.full * 1000000 * m.value as numerator,
       m.high as denominator,
       m.full * m.least as least,
       m.full * m.most as most
from measured m
where m.method = 'direct'
