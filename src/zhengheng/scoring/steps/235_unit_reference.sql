-- The value of the one unit (the whole city, say) that others are measured against.
-- scope: group
-- when: unit_reference
with wanted as (
    select distinct r.indicator, r.segment, r.reference_unit, r.carried, r.share_n, r.share_d,
           e.combine, e.expected
    from rule r
    join series e on e.indicator = r.indicator and e.segment = r.segment
    where r.reference = 'unit'
),
chosen as (
    select o.unit, o.indicator, o.period, o.value
    from observation o
    join wanted w on w.reference_unit = o.unit and w.indicator = o.indicator
    where not exists (
        select 1 from revised_value r
        where r.unit = o.unit and r.indicator = o.indicator and r.period = o.period
    )
    union all
    select r.unit, r.indicator, r.period, r.value
    from revised_value r
    join wanted w on w.reference_unit = r.unit and w.indicator = r.indicator
)
select w.indicator, w.segment, w.reference_unit,
       case when count(c.value) < max(w.expected) then null
            when max(w.combine) = 'mean' then ratio(sum(c.value), count(c.value))
            when w.carried
            then ratio(cast(sum(c.value) as decimal(38, 0)) * w.share_d,
                       cast(w.share_n as decimal(38, 0)))
            else cast(sum(c.value) as decimal(38, 0)) end as value
from wanted w
join chosen c on c.unit = w.reference_unit and c.indicator = w.indicator
join period_use u
  on u.indicator = c.indicator and u.period = c.period and u.segment = w.segment
 and u.purpose = 'value'
group by w.indicator, w.segment, w.reference_unit, w.carried, w.share_n, w.share_d
