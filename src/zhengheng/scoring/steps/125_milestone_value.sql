-- Dated nodes 里程碑: on time earns its share, late earns less, waived leaves the sum.
-- What falls due after a unit's last day is not its own.
-- scope: unit
-- when: milestones
with judged as (
    select u.unit, u.category, u.comparison_group, r.indicator, r.segment, m.share, m.waived,
           case when m.milestone is null then 0 else 1 end as known,
           case when m.due_on >= r.starts_on and m.due_on <= r.ends_on and m.due_on <= t.at and m.due_on <= u.valid_to
                then 1 else 0 end as due,
           case when m.done_on is null or m.done_on > t.at then 0
                when m.done_on <= m.due_on then 1000000
                else r.late end as earned
    from unit u
    join rule q on q.category = u.category and q.method = 'milestones'
    join milestone_rule r on r.indicator = q.indicator and r.segment = q.segment
    join setting t on true
    left join milestone m on m.unit = u.unit and m.indicator = r.indicator
),
summed as (
    select j.unit, j.category, j.comparison_group, j.indicator, j.segment,
           sum(j.known) as known,
           count(case when j.known = 1 and not j.waived then 1 end) as standing,
           sum(case when j.due = 1 and not j.waived then j.share else 0 end) as due,
           sum(case when j.due = 1 and not j.waived
                    then cast(j.share as decimal(38, 0)) * j.earned else 0 end) as earned
    from judged j
    group by j.unit, j.category, j.comparison_group, j.indicator, j.segment
)
select s.unit, s.category, s.comparison_group, s.indicator, s.segment,
       case when s.known = 0 then 3 when s.standing = 0 then 2 when s.due = 0 then 5
            else 1 end as status,
       ratio(s.earned * q.unit_scale, cast(s.due as decimal(38, 0)) * 10000) as value,
       cast(null as decimal(38, 0)) as previous
from summed s
join rule q on q.category = s.category and q.indicator = s.indicator and q.segment = s.segment
