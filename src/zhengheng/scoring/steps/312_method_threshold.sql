-- Met or not met: W when the target is reached, otherwise nothing
-- scope: unit
-- inline
-- when: method threshold
select m.unit, m.category, m.comparison_group, m.indicator, m.segment, m.status, m.value,
       m.target,
       m.full * 1000000 * case when m.target is null then null
                              when m.sign * m.value > m.sign * m.target then 1
                              when m.value = m.target and not m.strict then 1
                              else 0 end as numerator,
       cast(1 as decimal(38, 0)) as denominator,
       cast(0 as decimal(38, 0)) as least,
       m.full * 1000000 as most
from measured m
where m.method = 'threshold'
