-- An indicator's points: its segments pro rata where a split change cut the year.
-- scope: unit
-- when: split
with segment as (
    select p.unit, p.category, p.comparison_group, p.indicator, p.segment, p.value, p.target,
           p.status, p.share_n, p.carry, p.round_unit,
           case when p.share_n = p.share_d and p.carry = 'rounded' then p.printed else p.exact end
               * p.share_n as weighted,
           row_number() over (
               partition by p.unit, p.indicator order by p.segment desc nulls last
           ) as latest
    from points p
),
summed as (
    select s.unit, s.category, s.comparison_group, s.indicator,
           max(case when s.status = 3 then 1 else 0 end) as missing,
           max(case when s.status = 4 then 1 else 0 end) as withheld,
           count(case when s.status = 1 then 1 end) as valued,
           count(case when s.status = 2 then 1 end) as not_applicable,
           sum(case when s.status = 1 then s.share_n else 0 end) as covered,
           sum(case when s.status = 1 then s.weighted else 0 end) as weighted,
           max(s.carry) as carry, max(s.round_unit) as round_unit,
           max(case when s.latest = 1 then s.value end) as value,
           max(case when s.latest = 1 then s.target end) as target
    from segment s
    group by s.unit, s.category, s.comparison_group, s.indicator
),
judged as (
    select s.unit, s.category, s.comparison_group, s.indicator, s.carry, s.round_unit, s.weighted,
           s.covered, s.value, s.target,
           case when s.missing = 1 then 3 when s.withheld = 1 then 4 when s.valued > 0 then 1
                when s.not_applicable > 0 then 2 else 5 end as status
    from summed s
)
select j.unit, j.category, j.comparison_group, j.indicator, j.status, j.value, j.target,
       case when j.status <> 1 then null
            when j.carry = 'exact' then ratio(j.weighted, cast(j.covered as decimal(38, 0)))
            else ratio(j.weighted, cast(j.covered as decimal(38, 0)) * j.round_unit)
                 * j.round_unit end as points,
       case when j.status = 1
            then ratio(j.weighted, cast(j.covered as decimal(38, 0)) * j.round_unit)
                 * j.round_unit end as printed
from judged j
