-- What an appeal's decision put in the place of a period's value, whatever its rows or parts add up to.
-- scope: group
-- when: decided
with placed as (
    select r.unit, r.indicator, r.value,
           row_number() over (
               partition by r.unit, r.indicator
               order by r.sequence desc nulls last
           ) as place
    from revision r
    join setting s on s.period_end = r.period
    where r.vintage = 'decided' and r.status = 1
)
select p.unit, p.indicator, p.value
from placed p
where p.place = 1
