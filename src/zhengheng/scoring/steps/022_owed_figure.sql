-- Each figure that is owed for a unit's value of a period, with what came of it; status 0 where nothing did.
-- A parent's own report, and that of one before it, stands in the place of what is below it. Of a quantity's shares the sum from
-- the first period of a year on is rounded, so that all periods together are right to half a unit of the last digit.
-- Of a time of which the list does not say whether the unit was there, and of what is not asked of it, all is owed where it
-- reported any of the figures that are looked at, else nothing.
-- scope: group
-- when: composed
with kind as (
    select distinct s.indicator, s.additive from series s where s.combine <> 'derived'
),
used as (
    select distinct u.indicator, u.period from period_use u
),
reported as (
    select distinct h.unit, h.indicator, h.period
    from held_figure h
    join used u on u.indicator = h.indicator and u.period = h.period
),
parent as (
    select r.unit, r.indicator from rollup r
    union
    select r.through as unit, r.indicator from rollup r
),
listed as (
    select f.unit, f.origin as through, f.origin, k.indicator, u.period, f.share, f.first, f.last, f.if_any
    from figure f
    join kind k on f.kind = 'all' or k.additive = (f.kind = 'sums')
    join used u on u.indicator = k.indicator and u.period >= f.first and u.period <= f.last
    left join parent p on p.unit = f.origin and p.indicator = k.indicator
    left join reported o on o.unit = f.origin and o.indicator = k.indicator and o.period = u.period
    where p.unit is null or o.unit is not null
    union all
    select r.unit, r.through, r.origin, r.indicator, u.period, r.share, r.first, r.last, r.if_any
    from rollup r
    join used u on u.indicator = r.indicator and u.period >= r.first and u.period <= r.last
    left join reported o on o.unit = r.through and o.indicator = r.indicator and o.period = u.period
    where o.unit is null
),
owed as (
    select l.unit, l.through, l.origin, l.indicator, l.period, l.share, l.first, l.last
    from listed l
    left join unasked n on n.unit = l.origin and n.indicator = l.indicator
    where (not l.if_any and n.unit is null) or exists (
        select 1 from reported h
        where h.unit = l.origin and h.indicator = l.indicator and h.period >= l.first and h.period <= l.last
    )
),
agreed as (
    select a.unit, a.indicator from approval a
    union
    select f.origin as unit, a.indicator from approval a join figure f on f.unit = a.unit
),
came as (
    select o.unit, o.through, o.origin, o.indicator, o.period, o.share, o.first, o.last,
           case when x.unit is null then h.value end as value,
           case when x.unit is not null then 2
                when h.status = 2 and a.unit is null and b.unit is null and c.unit is null then 3
                else coalesce(h.status, 0) end as status
    from owed o
    left join held_figure h on h.unit = o.origin and h.indicator = o.indicator and h.period = o.period
    left join exemption x on x.unit = o.origin and x.indicator = o.indicator
    left join agreed a on a.unit = o.origin and a.indicator = o.indicator
    left join agreed b on b.unit = o.unit and b.indicator = o.indicator
    left join agreed c on c.unit = o.through and c.indicator = o.indicator
),
summed as (
    select c.unit, c.through, c.origin, c.indicator, c.period, c.share, c.first, c.value, c.status,
           sum(cast(case when c.share = 1000000 then 0 else coalesce(c.value, 0) end as decimal(38, 0)) * c.share) over (
               partition by c.unit, c.through, c.origin, c.indicator, year(c.period)
               order by c.period nulls last, c.first nulls last, c.last nulls last
           ) as reached
    from came c
)
select s.unit, s.through, s.origin, s.indicator, s.period,
       case when s.share = 1000000 or s.value is null then s.value
            else cast(ratio(s.reached, cast(1000000 as decimal(38, 0)))
                      - ratio(s.reached - cast(s.value as decimal(38, 0)) * s.share, cast(1000000 as decimal(38, 0)))
                      as bigint) end as value,
       cast(s.status as bigint) as status, s.first as since
from summed s
