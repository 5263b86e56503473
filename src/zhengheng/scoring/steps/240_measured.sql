-- What the methods see: a value, what it is measured against, and the rule's numbers.
-- scope: unit
-- inline
select c.unit, c.category, c.comparison_group, c.indicator, c.segment, c.status, r.method, c.value,
       case when c.status not in (1, 6) or r.reference = 'given' then c.target
            when r.reference = 'previous' then c.previous
            when r.reference = 'group_median' then ratio(g.median_2, 2)
            when r.reference = 'group_mean' then ratio(n.amount, n.valued)
            when r.reference = 'group_best' then case when r.sign > 0 then g.highest else g.lowest end
            else f.value end as target,
       c.base, c.stretch, c.bottom, r.full, r.sign, r.unit_scale, r.low, r.high, r.low_limit,
       r.high_limit, r.log_low, r.log_high, r.decimals, r.first, r.second, r.third, r.least,
       r.most, r.least_points, r.strict, r.ties, r.among,
       case when r.treated then t.value else c.value end as measure
from cell c
join rule r on r.category = c.category and r.indicator = c.indicator and r.segment = c.segment
left join group_statistic g
  on g.comparison_group = c.comparison_group and g.indicator = c.indicator
 and g.segment = c.segment
left join group_centre n
  on n.comparison_group = c.comparison_group and n.indicator = c.indicator
 and n.segment = c.segment
left join treated_value t
  on t.unit = c.unit and t.indicator = c.indicator and t.segment = c.segment
left join unit_reference f
  on f.indicator = c.indicator and f.segment = c.segment and f.reference_unit = r.reference_unit
