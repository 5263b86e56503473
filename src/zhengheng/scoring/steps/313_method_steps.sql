-- Table of credits: the last threshold reached, of the value or of value minus target; also answers; below the first is better where lower is
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
 and (case when s.difference then m.value - m.target else m.value end >= s.at
      or (m.sign < 0 and s.place = 1 and (m.target is not null or not s.difference)))
 and (s.until is null
      or case when s.difference then m.value - m.target else m.value end < s.until)
where m.method = 'steps'
