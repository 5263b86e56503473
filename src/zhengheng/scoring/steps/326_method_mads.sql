-- Distance to the median in median absolute deviations, in points
-- scope: unit
-- inline
-- when: method mads
select m.unit, m.category, m.comparison_group, m.indicator, m.segment, m.status, m.value,
       m.target,
       m.first * 1000000 * g.mad_4 + m.second * m.sign * 1000000 * 2 * (2 * m.value - g.median_2) as numerator,
       g.mad_4 as denominator,
       cast(null as decimal(38, 0)) as least,
       cast(null as decimal(38, 0)) as most
from measured m
left join group_statistic g on g.comparison_group = m.comparison_group and g.indicator = m.indicator
 and g.segment = m.segment
where m.method = 'mads'
