-- What may fill a gap 补值: mean and twice the median of the values of the group, or of the category.
-- scope: group
-- when: filled
with donor as (
    select o.unit, o.indicator, o.segment, o.value,
           case when f.pool = 'group' then o.comparison_group end as comparison_group,
           case when f.pool = 'category' then o.category end as category
    from own_cell o
    join filling f on f.category = o.category and f.indicator = o.indicator
    where o.status = 1 and o.value is not null
),
placed as (
    select d.indicator, d.segment, d.comparison_group, d.category, d.value,
           count(*) over (
               partition by d.indicator, d.segment, d.comparison_group, d.category
           ) as valued,
           row_number() over (
               partition by d.indicator, d.segment, d.comparison_group, d.category
               order by d.value asc nulls last, d.unit asc nulls last
           ) as ascending
    from donor d
)
select p.indicator, p.segment, p.comparison_group, p.category,
       max(p.valued) as valued,
       cast(sum(p.value) as decimal(38, 0)) as amount,
       sum(case when 2 * p.ascending = p.valued then p.value
                when 2 * p.ascending = p.valued + 1 then 2 * p.value
                when 2 * p.ascending = p.valued + 2 then p.value
                else 0 end) as median_2
from placed p
group by p.indicator, p.segment, p.comparison_group, p.category
