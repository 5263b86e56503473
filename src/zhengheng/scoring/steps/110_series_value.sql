-- Every series a unit owes, with its status: nothing is silently zero, nothing silently averaged.
-- What does not apply, and is approved, is left out of a mean; what is not approved counts as missing (105).
-- What it is held against is as whole as the value must be: with a gap in the year before there is none; or it was decided.
-- scope: unit
-- inline
with given as (
    select v.unit, v.indicator, v.segment, v.total, v.valued, v.total_before, v.valued_before,
           v.settled_before, v.gaps_before
    from period_value v
    union all
    select a.unit, a.indicator, a.segment, cast(null as decimal(38, 0)) as total,
           cast(0 as bigint) as valued, cast(null as decimal(38, 0)) as total_before,
           cast(0 as bigint) as valued_before, cast(0 as bigint) as settled_before,
           cast(0 as bigint) as gaps_before
    from absent_series a
),
gathered as (
    select distinct f.unit from figure f
),
due as (
    select u.unit, u.category, u.comparison_group, s.indicator, s.segment, s.combine, s.absent,
           coalesce(e.expected, case when g.unit is not null then 0 else s.expected end) as expected,
           coalesce(e.unheld, 0) as unheld,
           v.total, v.valued, v.total_before, v.valued_before, v.settled_before, v.gaps_before
    from given v
    join unit u on u.unit = v.unit
    join series s
      on s.category = u.category and s.indicator = v.indicator and s.segment = v.segment
    left join part_expected e
      on e.unit = v.unit and e.indicator = v.indicator and e.segment = v.segment
    left join gathered g on g.unit = v.unit
    where s.combine <> 'derived'
)
select d.unit, d.category, d.comparison_group, d.indicator, d.segment,
       case when x.unit is not null then 1
            when d.expected = 0 then 5
            when n.withheld > 0 then 4
            when d.valued = d.expected then 1
            when n.not_applicable >= d.expected then 2
            when d.absent = 'zero' and coalesce(n.missing, 0) = 0 then 1
            when d.valued + coalesce(n.not_applicable, 0) < d.expected then 3
            when d.valued > 0 then 1
            else 2 end as status,
       case when x.unit is not null then x.value
            when d.combine = 'mean' and d.absent = 'zero'
            then ratio(coalesce(d.total, 0), d.expected - coalesce(n.not_applicable, 0))
            when d.combine = 'mean' then ratio(d.total, d.valued)
            when d.absent = 'zero' then coalesce(d.total, 0)
            else d.total end as value,
       case when b.unit is not null then b.value
            when d.unheld > 0 or d.gaps_before > 0
              or (d.valued_before = 0 and d.settled_before > 0 and d.settled_before >= d.expected)
              or (d.absent <> 'zero' and d.settled_before < d.expected)
            then null
            when d.combine = 'mean' and d.absent = 'zero'
            then ratio(coalesce(d.total_before, 0),
                       d.expected - (d.settled_before - d.valued_before))
            when d.combine = 'mean' then ratio(d.total_before, d.valued_before)
            when d.absent = 'zero' then coalesce(d.total_before, 0)
            else d.total_before end as previous
from due d
left join status_count n
  on n.unit = d.unit and n.indicator = d.indicator and n.segment = d.segment
left join decided_value x on x.unit = d.unit and x.indicator = d.indicator and not x.earlier
left join decided_before b on b.unit = d.unit and b.indicator = d.indicator
