-- How many figures are due of a unit of a part of the time, and of one that took over others' figures.
-- Every period of every unit whose figures go into its own, so that none stands in for another's gap.
-- scope: group
-- when: part_year
with kind as (
    select distinct s.indicator, s.additive from series s
),
purpose as (
    select distinct c.purpose from period_use c
),
origin as (
    select u.unit, coalesce(u.owes_from, cast('0001-01-01' as date)) as began
    from unit u
    where exists (select 1 from succession s where s.unit = u.unit)
    union all
    select g.unit, g.began from gone_unit g
),
owner as (
    select u.unit, k.indicator, c.purpose,
           case when t.as_covered is null then p.valid_from
                when c.purpose = 'value'
                then greatest(coalesce(p.valid_from, cast('0001-01-01' as date)), coalesce(u.owes_from, cast('0001-01-01' as date)))
                else coalesce(u.owes_from, cast('0001-01-01' as date)) end as first,
           case when c.purpose = 'value' or t.as_covered is null then coalesce(p.valid_to, cast('9999-12-31' as date))
                else coalesce(p.before_to, cast('9999-12-31' as date)) end as last
    from unit u
    join kind k on true
    join purpose c on true
    join setting t on true
    left join part_unit p on p.unit = u.unit
    where p.unit is not null
       or (t.as_covered and exists (select 1 from succession s where s.heir = u.unit and s.data))
    union all
    select s.heir as unit, k.indicator, c.purpose, o.began as first,
           case when c.purpose = 'value' then s.ends_on
                else least(s.ends_on, coalesce(p.before_to, s.ends_on)) end as last
    from succession s
    join kind k on k.additive or s.renamed
    join purpose c on true
    join setting t on t.as_covered
    join origin o on o.unit = s.unit
    left join part_unit p on p.unit = s.heir
    where s.data and not exists (
        select 1 from adopted a
        where a.unit = s.unit and a.heir = s.heir and a.indicator = k.indicator
    ) and not exists (
        select 1 from exemption x where x.unit = s.unit and x.indicator = k.indicator
    )
)
select w.unit, u.indicator, u.segment, u.purpose, count(u.period) as expected
from owner w
join period_use u
  on u.indicator = w.indicator and u.purpose = w.purpose
 and u.period >= w.first and u.period <= w.last
group by w.unit, u.indicator, u.segment, u.purpose
