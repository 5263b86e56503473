-- Lights 亮灯 by each indicator's own rule; dimensions and the total by their share of the mark.
-- scope: unit
-- when: lights
with plan as (
    select t.unit, t.indicator, max(t.period) as period
    from known_target t
    join setting s on t.period <= s.at and t.period <= s.period_end
    where t.kind = 'plan'
    group by t.unit, t.indicator
),
planned as (
    select t.unit, t.indicator, max(t.value) as value
    from known_target t
    join plan p on p.unit = t.unit and p.indicator = t.indicator and p.period = t.period
    where t.kind = 'plan'
    group by t.unit, t.indicator
),
compared as (
    select i.unit, i.indicator as subject, y.by, y.watch, y.missed, y.watch_first,
           case y.by
                when 'time_progress'
                then (ratio(cast(r.elapsed_n as decimal(38, 0)) * 10000,
                            cast(r.elapsed_d as decimal(38, 0)))
                      - ratio(i.value * 10000, case when i.target > 0 then i.target end)) * 10000
                when 'plan'
                then (ratio(p.value * cast(10000 as decimal(38, 0)),
                            case when i.target > 0 then i.target end)
                      - ratio(i.value * 10000, case when i.target > 0 then i.target end)) * 10000
                when 'level'
                then ratio(r.sign * (i.target - i.value) * 1000000,
                           case when i.target > 0 then i.target end)
                when 'ceiling'
                then ratio((i.value - i.target) * 1000000,
                           case when i.target > 0 then i.target end)
                when 'milestones'
                then 1000000 - ratio(i.value * 10000, r.unit_scale)
                else -ratio(i.points * 1000, r.full) end as measure
    from indicator_score i
    join light_rule y on y.subject = i.indicator and y.leaf
    join rule r on r.category = i.category and r.indicator = i.indicator and r.latest
    left join planned p on p.unit = i.unit and p.indicator = i.indicator
    where i.status = 1
    union all
    select n.unit, n.node as subject, y.by, y.watch, y.missed, y.watch_first,
           -ratio(n.score * 1000, f.full) as measure
    from node_score n
    join light_rule y on y.subject = n.node and not y.leaf
    join node_full f on f.category = n.category and f.node = n.node
    where n.score is not null and n.status in ('value', 'unranked')
)
select c.unit, c.subject,
       case when c.by = 'score'
            then case when -c.measure >= c.watch then 'green' when -c.measure >= c.missed
                      then 'yellow' else 'red' end
            when c.measure > c.missed then 'red'
            when c.watch_first and c.measure >= c.watch then 'yellow'
            when not c.watch_first and c.measure > c.watch then 'yellow'
            when c.by = 'time_progress' and c.measure > 0 then 'green_watch'
            else 'green' end as light,
       c.measure
from compared c
where c.measure is not null
