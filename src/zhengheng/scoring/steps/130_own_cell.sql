-- One cell a unit, indicator and segment: its own value, its targets, its status.
-- scope: unit
-- inline where read once
with known as (
    select s.unit, s.category, s.comparison_group, s.indicator, s.segment, s.status, s.value,
           s.previous
    from series_value s
    union all
    select d.unit, d.category, d.comparison_group, d.indicator, d.segment, d.status, d.value,
           d.previous
    from derived_value d
    union all
    select m.unit, m.category, m.comparison_group, m.indicator, m.segment, m.status, m.value,
           m.previous
    from milestone_value m
),
asked as (
    select k.unit, k.category, k.comparison_group, k.indicator, k.segment, k.status, k.value, k.previous,
           case when t.unlike then null
                when t.target is null and g.unit is not null then g.target
                else coalesce(t.target, r.target) end as target,
           case when t.unlike then null else coalesce(t.base, r.base) end as base,
           case when t.unlike then null else coalesce(t.stretch, r.stretch) end as stretch,
           case when t.unlike then null else coalesce(t.bottom, r.bottom) end as bottom,
           case when r.additive and s.part_year_targets = 'pro_rata' then coalesce(f.days, p.reach_days) end as days,
           coalesce(f.of, p.period_days) as period_days, r.carried,
           coalesce(w.of, r.share_d) as whole,
           cast(coalesce(w.days, r.share_n) as decimal(38, 0)) as part
    from known k
    join rule r on r.category = k.category and r.indicator = k.indicator and r.segment = k.segment
    join setting s on true
    left join unit_target t on t.unit = k.unit and t.indicator = k.indicator
    left join cascade_target g on g.unit = k.unit and g.indicator = k.indicator
    left join part_unit p on p.unit = k.unit
    left join part_days f on f.unit = k.unit and f.indicator = k.indicator
    left join part_share w
      on w.unit = k.unit and w.indicator = k.indicator and w.segment = k.segment
)
select a.unit, a.category, a.comparison_group, a.indicator, a.segment,
       case when e.unit is not null and a.status <> 5 then 2 else a.status end as status,
       case when a.status <> 1 or e.unit is not null then null
            when a.carried then ratio(a.value * a.whole, a.part)
            else a.value end as value,
       case when a.carried then ratio(a.previous * a.whole, a.part) else a.previous end as previous,
       case when a.days is null then a.target else ratio(a.target * a.days, a.period_days) end as target,
       case when a.days is null then a.base else ratio(a.base * a.days, a.period_days) end as base,
       case when a.days is null then a.stretch else ratio(a.stretch * a.days, a.period_days) end as stretch,
       case when a.days is null then a.bottom else ratio(a.bottom * a.days, a.period_days) end as bottom
from asked a
left join exemption e on e.unit = a.unit and e.indicator = a.indicator
