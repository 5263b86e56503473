-- The same where revisions, successors, part-year units, split changes or last year amend it.
-- A unit that was there for a part of the year is held against the same part of the year before.
-- scope: unit
-- when: amended
with chosen as (
    select o.unit, o.unit as source, o.indicator, o.period, o.value, o.status, 'own' as origin
    from observation o
    where not exists (
        select 1 from revised_value r
        where r.unit = o.unit and r.indicator = o.indicator and r.period = o.period
    )
    union all
    select r.unit, r.unit as source, r.indicator, r.period, r.value, r.status, 'revised' as origin
    from revised_value r
    union all
    select i.unit, i.origin as source, i.indicator, i.period, i.value, i.status, 'inherited' as origin
    from inherited_value i
    union all
    select r.unit, r.unit as source, r.indicator, r.period, r.value, r.status, 'rolled' as origin
    from rolled_value r
),
counted as (
    select c.unit, c.indicator, u.segment,
           case when u.purpose = 'value' then c.value end as value,
           case when u.purpose = 'previous' then c.value end as value_before,
           case when u.purpose <> 'previous' then null
                when c.status = 2 and t.as_covered and c.origin <> 'rolled'
                     and a.approver is null and b.approver is null then 3
                else c.status end as status_before
    from chosen c
    join period_use u on u.indicator = c.indicator and u.period = c.period
    join setting t on true
    left join approval a on a.unit = c.unit and a.indicator = c.indicator
    left join approval b on b.unit = c.source and b.indicator = c.indicator
    left join part_unit p on p.unit = c.unit
    left join unit h on h.unit = c.unit and h.own_from is not null
    where not (c.origin = 'own' and h.own_from is not null and c.period < h.own_from)
      and (p.unit is null
       or (c.origin = 'inherited' and (u.purpose = 'value' or p.before_to is null))
       or (u.purpose = 'previous' and c.period <= p.before_to)
       or ((u.purpose = 'value' or p.before_to is null)
           and (c.origin = 'revised' or (c.period >= p.valid_from and c.period <= p.valid_to))))
)
select c.unit, c.indicator, c.segment,
       cast(sum(c.value) as decimal(38, 0)) as total,
       count(c.value) as valued,
       cast(sum(c.value_before) as decimal(38, 0)) as total_before,
       count(c.value_before) as valued_before,
       count(case when c.status_before in (1, 2) then 1 end) as settled_before,
       count(case when c.status_before in (3, 4) then 1 end) as gaps_before
from counted c
group by c.unit, c.indicator, c.segment
