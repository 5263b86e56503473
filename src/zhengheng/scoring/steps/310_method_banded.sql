-- 分档功效系数: linear between the knots of a scoring curve
-- scope: unit
-- inline
-- when: method banded
select m.unit, m.category, m.comparison_group, m.indicator, m.segment, m.status, m.value,
       m.target,
       m.full * (k.share_low * (k.at_high - k.at_low)
                 + (k.share_high - k.share_low) * (m.value - k.at_low)) as numerator,
       k.at_high - k.at_low as denominator,
       m.full * m.least as least,
       m.full * m.most as most
from measured m
left join rule_knot k on k.indicator = m.indicator and k.segment = m.segment
 and (m.value >= k.at_low or k.open_low) and (m.value < k.at_high or k.open_high)
where m.method = 'banded'
