-- How many periods are due of a unit whose values are gathered, and of how many nobody was there for all of it a year before.
-- scope: group
-- when: composed
with earlier as (
    select p.indicator, p.segment, p.against, p.period, p.begins
    from period_use p
    where p.purpose = 'previous'
)
select g.unit, g.indicator, u.segment, count(u.period) as expected,
       count(case when e.period is not null and (b.unit is null or b.since > e.begins) then 1 end) as unheld
from gathered_value g
join period_use u
  on u.indicator = g.indicator and u.period = g.period and u.purpose = 'value'
left join earlier e
  on e.indicator = u.indicator and e.segment = u.segment and e.against = u.period
left join gathered_value b
  on b.unit = g.unit and b.indicator = g.indicator and b.period = e.period
group by g.unit, g.indicator, u.segment
