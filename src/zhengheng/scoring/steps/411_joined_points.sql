-- An indicator's points: its segments pro rata where a split change cut the year.
-- What a unit that existed for part of the year did counts by the days of that part.
-- scope: unit
-- inline
-- when: split
with year as (
    select m.unit, m.indicator, m.value, m.target from measured m where m.segment = 0
),
segment as (
    select p.unit, p.category, p.comparison_group, p.indicator, p.segment, p.value, p.target,
           case when w.days = 0 then 5 else p.status end as status, p.carry, p.round_unit,
           coalesce(w.days, p.share_n) as share_n,
           case when p.share_n = p.share_d and p.carry = 'rounded' then p.printed else p.exact end
               * coalesce(w.days, p.share_n) as weighted
    from points p
    left join part_share w
      on w.unit = p.unit and w.indicator = p.indicator and w.segment = p.segment
),
summed as (
    select s.unit, s.category, s.comparison_group, s.indicator,
           max(case when s.status = 3 then 1 else 0 end) as missing,
           max(case when s.status = 7 then 1 else 0 end) as undefined,
           max(case when s.status = 4 then 1 else 0 end) as withheld,
           max(case when s.status = 6 then 1 else 0 end) as filled,
           count(case when s.status = 1 then 1 end) as valued,
           count(case when s.status = 2 then 1 end) as not_applicable,
           sum(case when s.status in (1, 6) then s.share_n else 0 end) as covered,
           sum(case when s.status in (1, 6) then s.weighted else 0 end) as weighted,
           max(s.carry) as carry, max(s.round_unit) as round_unit,
           max(s.segment) as segments, max(s.value) as value, max(s.target) as target
    from segment s
    group by s.unit, s.category, s.comparison_group, s.indicator
),
judged as (
    select s.unit, s.category, s.comparison_group, s.indicator, s.carry, s.round_unit, s.weighted,
           s.covered, s.segments, s.value, s.target,
           case when s.missing = 1 then 3 when s.undefined = 1 then 7 when s.withheld = 1 then 4
                when s.filled = 1 then 6
                when s.valued > 0 then 1 when s.not_applicable > 0 then 2 else 5 end as status
    from summed s
)
select j.unit, j.category, j.comparison_group, j.indicator, j.status,
       case when j.segments = 1 then j.value else y.value end as value,
       case when j.segments = 1 then j.target else y.target end as target,
       case when j.status not in (1, 6) then null
            when j.carry = 'exact' then ratio(j.weighted, cast(j.covered as decimal(38, 0)))
            else ratio(j.weighted, cast(j.covered as decimal(38, 0)) * j.round_unit)
                 * j.round_unit end as points,
       case when j.status in (1, 6)
            then ratio(j.weighted, cast(j.covered as decimal(38, 0)) * j.round_unit)
                 * j.round_unit end as printed,
       j.carry, j.round_unit
from judged j
left join year y on y.unit = j.unit and y.indicator = j.indicator
