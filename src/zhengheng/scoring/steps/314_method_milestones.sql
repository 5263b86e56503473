-- 里程碑: the share earned of the shares due
-- scope: unit
-- inline
-- when: method milestones
select m.unit, m.category, m.comparison_group, m.indicator, m.segment, m.status, m.value,
       m.target,
       m.full * 10000 * m.value as numerator,
       m.unit_scale as denominator,
       cast(0 as decimal(38, 0)) as least,
       m.full * 1000000 as most
from measured m
where m.method = 'milestones'
