-- Units whose not-applicable share of the weight is above the limit: listed, not ranked.
-- scope: unit
-- when: not_applicable
select s.unit, sum(b.share) as share
from indicator_score s
join branch b on b.category = s.category and b.child = s.indicator
join category c on c.category = s.category
where s.status = 2
group by s.unit, c.not_applicable_limit
having sum(b.share) > c.not_applicable_limit
