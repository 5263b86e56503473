-- Min-max: W · (worst + (best - worst) · (x - lowest) / (highest - lowest)); mirrored if lower is better
-- scope: unit
-- inline
-- when: method min_max
select m.unit, m.category, m.comparison_group, m.indicator, m.segment, m.status, m.value,
       m.target,
       m.full * (m.first * (g.highest - g.lowest)
                 + (m.second - m.first)
                   * case when m.sign > 0 then m.measure - g.lowest else g.highest - m.measure end) as numerator,
       g.highest - g.lowest as denominator,
       m.full * m.first as least,
       m.full * m.second as most
from measured m
left join group_statistic g on g.comparison_group = m.comparison_group and g.indicator = m.indicator
 and g.segment = m.segment
where m.method = 'min_max'
