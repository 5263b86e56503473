-- What an appeal's decision put in the place of a value of the period, or of the one a year before it, whatever its rows or parts add up to.
-- scope: group
-- when: decided
with placed as (
    select r.unit, r.indicator, r.value, r.period < s.period_end as earlier,
           row_number() over (
               partition by r.unit, r.indicator, r.period
               order by r.sequence desc nulls last
           ) as place
    from revision r
    join setting s on r.period = s.period_end or r.period = s.before_end
    where r.vintage = 'decided' and r.status = 1
)
select p.unit, p.indicator, p.earlier, p.value
from placed p
where p.place = 1
