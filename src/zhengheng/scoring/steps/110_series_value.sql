-- Every series a unit owes, with its status: nothing is silently zero, nothing silently averaged.
-- scope: unit
-- inline
with due as (
    select u.unit, u.category, u.comparison_group, s.indicator, s.segment, s.combine, s.absent,
           case when u.part_year then coalesce(e.expected, 0) else s.expected end as expected
    from unit u
    join series s on s.category = u.category
    left join part_expected e
      on e.unit = u.unit and e.indicator = s.indicator and e.segment = s.segment
     and e.purpose = 'value'
    where s.combine <> 'derived'
)
select d.unit, d.category, d.comparison_group, d.indicator, d.segment,
       case when d.expected = 0 then 5
            when coalesce(n.withheld, 0) > 0 then 4
            when coalesce(v.valued, 0) = d.expected then 1
            when d.absent = 'zero' and coalesce(n.missing, 0) = 0 then 1
            when coalesce(v.valued, 0) + coalesce(n.not_applicable, 0) < d.expected then 3
            when coalesce(v.valued, 0) > 0 then 1
            when a.approver is null then 3
            else 2 end as status,
       case when d.combine = 'mean' and d.absent = 'zero'
            then ratio(coalesce(v.total, 0), d.expected)
            when d.combine = 'mean' then ratio(v.total, v.valued)
            when d.absent = 'zero' then coalesce(v.total, 0)
            else v.total end as value,
       case when d.combine = 'mean' and d.absent = 'zero'
            then ratio(coalesce(p.total, 0), d.expected)
            when d.combine = 'mean' then ratio(p.total, p.valued)
            when d.absent = 'zero' then coalesce(p.total, 0)
            else p.total end as previous
from due d
left join period_value v
  on v.unit = d.unit and v.indicator = d.indicator and v.segment = d.segment
 and v.purpose = 'value'
left join status_count n
  on n.unit = d.unit and n.indicator = d.indicator and n.segment = d.segment
left join period_value p
  on p.unit = d.unit and p.indicator = d.indicator and p.segment = d.segment
 and p.purpose = 'previous'
left join approval a on a.unit = d.unit and a.indicator = d.indicator
