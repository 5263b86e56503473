-- z-score: centre + scale · (x - mean) / standard deviation of the population or of a sample, in points
-- scope: unit
-- inline
-- when: method z_score
select m.unit, m.category, m.comparison_group, m.indicator, m.segment, m.status, m.value,
       m.target,
       m.first * 1000000 * g.root
       + m.second * m.sign * (g.valued * (m.measure - g.lowest) - g.total) * cast(1000000000000 as decimal(38, 0)) as numerator,
       g.root as denominator,
       cast(null as decimal(38, 0)) as least,
       cast(null as decimal(38, 0)) as most
from measured m
left join group_statistic g on g.comparison_group = m.comparison_group and g.indicator = m.indicator
 and g.segment = m.segment
where m.method = 'z_score'
