-- Each value beside its group: how many are better, how many equal, how many units were due.
-- A filled value is among them where that is declared.
-- scope: group
-- when: grouped
with member as (
    select c.unit, c.comparison_group, c.indicator, c.segment,
           case when c.status = 1 or f.counted then c.value end as value,
           case when c.status = 1 or f.counted then r.sign * c.value end as merit,
           case when r.method <> 'z_score' then 0 when r.sample then 2 else 1 end as scattered
    from cell c
    join rule r on r.category = c.category and r.indicator = c.indicator and r.segment = c.segment
    left join filling f on f.category = c.category and f.indicator = c.indicator
    where r.grouped and c.status <> 5
)
select m.unit, m.comparison_group, m.indicator, m.segment, m.value, m.merit, m.scattered,
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
