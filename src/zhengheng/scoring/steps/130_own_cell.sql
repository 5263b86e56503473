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
)
select k.unit, k.category, k.comparison_group, k.indicator, k.segment,
       case when e.unit is not null and k.status <> 5 then 2 else k.status end as status,
       case when k.status <> 1 or e.unit is not null then null
            when r.carried
            then ratio(k.value * coalesce(w.of, r.share_d), cast(coalesce(w.days, r.share_n) as decimal(38, 0)))
            else k.value end as value,
       case when r.carried
            then ratio(k.previous * coalesce(w.of, r.share_d), cast(coalesce(w.days, r.share_n) as decimal(38, 0)))
            else k.previous end as previous,
       case when p.unit is not null and r.additive and s.part_year_targets = 'pro_rata'
            then ratio(coalesce(t.target, g.target, r.target) * coalesce(f.days, p.reach_days, p.days), p.period_days)
            else coalesce(t.target, g.target, r.target) end as target,
       case when p.reach_days is not null and r.additive and s.part_year_targets = 'pro_rata'
            then ratio(coalesce(t.base, r.base) * coalesce(f.days, p.reach_days), p.period_days)
            else coalesce(t.base, r.base) end as base,
       case when p.unit is not null and r.additive and s.part_year_targets = 'pro_rata'
            then ratio(coalesce(t.stretch, r.stretch) * coalesce(f.days, p.reach_days, p.days), p.period_days)
            else coalesce(t.stretch, r.stretch) end as stretch,
       case when p.reach_days is not null and r.additive and s.part_year_targets = 'pro_rata'
            then ratio(coalesce(t.bottom, r.bottom) * coalesce(f.days, p.reach_days), p.period_days)
            else coalesce(t.bottom, r.bottom) end as bottom
from known k
join rule r on r.category = k.category and r.indicator = k.indicator and r.segment = k.segment
join setting s on true
left join unit_target t on t.unit = k.unit and t.indicator = k.indicator
left join cascade_target g on g.unit = k.unit and g.indicator = k.indicator
left join part_unit p on p.unit = k.unit
left join part_days f on f.unit = k.unit and f.indicator = k.indicator
left join part_share w
  on w.unit = k.unit and w.indicator = k.indicator and w.segment = k.segment
left join exemption e on e.unit = k.unit and e.indicator = k.indicator
