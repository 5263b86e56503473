-- What the statistics of a group are made of: its values, treated where that is declared.
-- scope: group
-- inline
-- when: grouped
select g.unit, g.comparison_group, g.indicator, g.segment, g.scattered, g.due, g.valued, g.ascending,
       case when q.indicator is null then g.value else t.value end as value
from group_value g
left join treatment q on q.indicator = g.indicator and q.segment = g.segment
left join treated_value t
  on t.unit = g.unit and t.indicator = g.indicator and t.segment = g.segment
where g.value is not null
