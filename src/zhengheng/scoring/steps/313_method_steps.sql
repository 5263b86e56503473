-- Table of credits: the last threshold reached, of the value or of value minus target; also answers
-- scope: unit
-- inline
-- when: method steps
select m.unit, m.category, m.comparison_group, m.indicator, m.segment, m.status, m.value,
       m.target,
       m.full * 1000000 * s.credit_n as numerator,
       s.credit_d as denominator,
       cast(null as decimal(38, 0)) as least,
       cast(null as decimal(38, 0)) as most
from measured m
left join rule_step s on s.indicator = m.indicator and s.segment = m.segment
 and case when s.difference then m.value - m.target else m.value end >= s.at
 and (s.until is null
      or case when s.difference then m.value - m.target else m.value end < s.until)
where m.method = 'steps'
