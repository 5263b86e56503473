-- Each value beside its group: how many are better, how many equal, how many units were due.
-- scope: group
-- when: grouped
with member as (
    select c.unit, c.comparison_group, c.indicator, c.segment, c.status, c.value,
           r.sign * c.value as merit,
           case when r.method = 'z_score' then 1 else 0 end as scattered
    from cell c
    join rule r on r.category = c.category and r.indicator = c.indicator and r.segment = c.segment
    where r.grouped and c.status <> 5
)
select m.unit, m.comparison_group, m.indicator, m.segment, m.status, m.value, m.merit, m.scattered,
       count(*) over (partition by m.comparison_group, m.indicator, m.segment) as due,
       count(m.value) over (partition by m.comparison_group, m.indicator, m.segment) as valued,
       rank() over (
           partition by m.comparison_group, m.indicator, m.segment
           order by m.merit desc nulls last
       ) as place,
       row_number() over (
           partition by m.comparison_group, m.indicator, m.segment
           order by m.value asc nulls last, m.unit asc nulls last
       ) as ascending,
       count(*) over (
           partition by m.comparison_group, m.indicator, m.segment, m.merit
       ) as equals
from member m
