-- Min-max: W · (x - lowest) / (highest - lowest); mirrored if lower is better
-- scope: unit
-- inline
-- when: method min_max
select m.unit, m.category, m.comparison_group, m.indicator, m.segment, m.status, m.value,
       m.target,
       m.full * 1000000 * case when m.sign > 0 then m.value - g.lowest else g.highest - m.value end as numerator,
       g.highest - g.lowest as denominator,
       cast(0 as decimal(38, 0)) as least,
       m.full * 1000000 as most
from measured m
left join group_statistic g on g.comparison_group = m.comparison_group and g.indicator = m.indicator
 and g.segment = m.segment
where m.method = 'min_max'
