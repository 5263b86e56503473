-- The few observations that are no value: how many of each status. What is not approved as not applicable is missing.
-- scope: unit
-- when: gaps
with chosen as (
    select o.unit, o.unit as source, o.indicator, o.period, o.status, 'own' as origin
    from observation o
    where o.value is null and not exists (
        select 1 from revised_value r
        where r.unit = o.unit and r.indicator = o.indicator and r.period = o.period
    ) and not exists (
        select 1 from part_unit p
        where p.unit = o.unit and (o.period < p.valid_from or o.period > p.valid_to)
    ) and not exists (
        select 1 from unit h where h.unit = o.unit and o.period < h.own_from
    )
    union all
    select r.unit, r.unit as source, r.indicator, r.period, r.status, 'revised' as origin
    from revised_value r
    where r.value is null
    union all
    select i.unit, i.origin as source, i.indicator, i.period, i.status, 'inherited' as origin
    from inherited_value i
    where i.value is null
    union all
    select r.unit, r.unit as source, r.indicator, r.period, r.status, 'rolled' as origin
    from rolled_value r
    where r.value is null and not exists (
        select 1 from part_unit p
        where p.unit = r.unit and (r.period < p.valid_from or r.period > p.valid_to)
    )
),
judged as (
    select c.unit, c.indicator, c.period,
           case when c.status = 2 and t.as_covered and c.origin <> 'rolled'
                     and a.approver is null and b.approver is null then 3
                else c.status end as status
    from chosen c
    join setting t on true
    left join approval a on a.unit = c.unit and a.indicator = c.indicator
    left join approval b on b.unit = c.source and b.indicator = c.indicator
)
select c.unit, c.indicator, u.segment,
       count(case when c.status = 2 then 1 end) as not_applicable,
       count(case when c.status = 4 then 1 end) as withheld,
       count(case when c.status = 3 then 1 end) as missing
from judged c
join period_use u on u.indicator = c.indicator and u.period = c.period and u.purpose = 'value'
group by c.unit, c.indicator, u.segment
