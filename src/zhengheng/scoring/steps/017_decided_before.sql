-- What an appeal's decision put in the place of a value of the year before, which this year's is held against: what was published
-- then. Where the year is cut, or figures of a part of that time or of others are in it, it cannot be divided: the rows count.
-- scope: group
-- when: decided
with used as (
    select min(u.begins) as first, max(u.period) as last from period_use u where u.purpose = 'previous'
),
looking as (
    select distinct u.indicator from period_use u where u.purpose = 'previous'
    union
    select r.indicator from rule r join derivation d on d.indicator = r.indicator where r.reference = 'previous'
),
cut as (
    select distinct s.indicator from series s where s.segment > 1
)
select p.unit, p.indicator, p.value
from decided_value p
join looking l on l.indicator = p.indicator
join used w on true
join setting s on true
left join cut c on c.indicator = p.indicator
where p.earlier and c.indicator is null and not exists (
    select 1 from figure f
    where f.unit = p.unit and case when f.origin = f.unit and f.share = 1000000
        then f.first > w.first or f.last < s.period_end else f.first <= w.last and f.last >= w.first end
) and not exists (
    select 1 from rollup r where r.unit = p.unit
)
