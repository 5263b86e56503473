-- How many periods are due from a unit that existed for part of the year only; of what it took over, those before it too.
-- scope: group
-- when: part_year
with kind as (
    select distinct s.indicator, s.additive from series s
),
renamed as (
    select distinct s.heir as unit from succession s where s.renamed and s.data
)
select p.unit, u.indicator, u.segment, u.purpose, count(u.period) as expected
from part_unit p
join period_use u on u.period <= p.valid_to
join kind k on k.indicator = u.indicator
left join renamed n on n.unit = p.unit
where u.period >= case when k.additive or n.unit is not null then coalesce(p.reach_from, p.valid_from)
                       else p.valid_from end
group by p.unit, u.indicator, u.segment, u.purpose
