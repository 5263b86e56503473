-- Decided bonus and deduction items with their caps; vetoes, integrity items and gates on the grade.
-- scope: unit
-- when: adjusted
with gated as (
    select v.unit, v.indicator, v.segment, v.status, v.value from series_value v
    union all
    select d.unit, d.indicator, d.segment, d.status, d.value from derived_value d
    union all
    select m.unit, m.indicator, m.segment, m.status, m.value from milestone_value m
),
itemised as (
    select e.unit, i.item, i.kind,
           least(cast(sum(coalesce(e.points, 0)) as decimal(38, 0)),
                 coalesce(i.cap, cast(sum(coalesce(e.points, 0)) as decimal(38, 0)))) as points,
           i.best_place, i.forced_place
    from event e
    join item i on i.item = e.item
    join setting s on e.decided_on <= s.at
     and (s.period_begin is null
          or (s.part_of is null
              and coalesce(e.period, e.decided_on) >= s.period_begin and coalesce(e.period, e.decided_on) <= s.period_end)
          or (s.part_of is not null and coalesce(e.period, s.part_of) = s.part_of
              and e.decided_on >= s.period_begin and e.decided_on <= s.period_end))
    group by e.unit, i.item, i.kind, i.cap, i.best_place, i.forced_place
    union all
    select s.unit, g.indicator as item, 'gate' as kind, cast(0 as decimal(38, 0)) as points,
           cast(null as bigint) as best_place, g.place as forced_place
    from gate g
    join gated s on s.indicator = g.indicator and s.segment = g.segment
    where s.status <> 1 or s.value < g.below
)
select t.unit,
       least(coalesce(sum(case when t.kind = 'bonus' then t.points end), 0),
             coalesce(max(s.bonus_cap), sum(t.points))) as bonus,
       least(coalesce(sum(case when t.kind = 'deduction' then t.points end), 0),
             coalesce(max(s.deduction_cap), sum(t.points))) as deduction,
       max(t.best_place) as limit_place,
       max(t.forced_place) as forced_place,
       max(case when t.kind = 'veto' then 1 else 0 end) as vetoed
from itemised t
join setting s on true
group by t.unit
