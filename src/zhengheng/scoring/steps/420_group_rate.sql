-- The group's median rate on each indicator, for those to whom it does not apply.
-- It has fifteen digits: a full mark multiplies what its rounding adds.
-- scope: group
-- when: not_applicable
with rate as (
    select s.unit, s.comparison_group, s.indicator,
           ratio(s.points * cast(1000000000000 as decimal(38, 0)), b.full) as rate
    from indicator_score s
    join branch b on b.category = s.category and b.child = s.indicator
    where s.status = 1 and b.full > 0
),
placed as (
    select r.comparison_group, r.indicator, r.rate,
           count(*) over (partition by r.comparison_group, r.indicator) as valued,
           row_number() over (
               partition by r.comparison_group, r.indicator
               order by r.rate asc nulls last, r.unit asc nulls last
           ) as ascending
    from rate r
)
select p.comparison_group, p.indicator,
       ratio(sum(case when 2 * p.ascending = p.valued then p.rate
                      when 2 * p.ascending = p.valued + 1 then 2 * p.rate
                      when 2 * p.ascending = p.valued + 2 then p.rate
                      else 0 end), cast(2 as decimal(38, 0))) as rate
from placed p
group by p.comparison_group, p.indicator
