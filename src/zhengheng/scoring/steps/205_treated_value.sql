-- Values as the group compares them: winsorised, then their logarithm with nine decimals.
-- One value not above zero leaves the whole group without plain logarithms.
-- scope: group
-- when: treated
with held as (
    select c.unit, c.indicator, c.segment, r.decimals, t.log, b.low_bound, b.high_bound,
           least(greatest(c.value, b.low_bound), b.high_bound) as value
    from cell c
    join rule r on r.category = c.category and r.indicator = c.indicator and r.segment = c.segment
    join treatment t on t.indicator = c.indicator and t.segment = c.segment
    join group_bound b
      on b.comparison_group = c.comparison_group and b.indicator = c.indicator
     and b.segment = c.segment
    where c.value is not null
)
select h.unit, h.indicator, h.segment,
       case when h.log is null then h.value
            when h.log = 'plain'
            then case when h.low_bound > 0 then ratio(logarithm(h.value, h.decimals), 1000) end
            when h.value > h.low_bound or h.high_bound > h.low_bound
            then ratio(logarithm(100 * (h.value - h.low_bound)
                                 + (h.high_bound - h.low_bound), h.decimals + 2), 1000)
       end as value
from held h
