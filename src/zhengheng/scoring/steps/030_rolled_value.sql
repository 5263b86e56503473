-- A parent's value from its children where it has none of its own: numerators and denominators add.
-- What a child took over counts where whom it came from is no child of that parent itself: no figure is added twice.
-- scope: group
-- when: rollup
with own as (
    select o.unit, o.indicator, o.period, o.value, o.status
    from observation o
    where not exists (
        select 1 from revised_value r
        where r.unit = o.unit and r.indicator = o.indicator and r.period = o.period
    )
    union all
    select r.unit, r.indicator, r.period, r.value, r.status
    from revised_value r
),
kind as (
    select distinct s.indicator, s.additive, s.absent from series s
),
former as (
    select p.unit, p.valid_from as first
    from part_unit p
    join setting t on t.as_covered is null
),
present as (
    select u.unit,
           coalesce(u.began, f.first, cast('0001-01-01' as date)) as listed_from,
           coalesce(u.own_from, f.first, cast('0001-01-01' as date)) as own_from,
           coalesce(u.owes_from, f.first, cast('0001-01-01' as date)) as owes_from,
           coalesce(p.valid_to, cast('9999-12-31' as date)) as valid_to
    from unit u
    left join part_unit p on p.unit = u.unit
    left join former f on f.unit = u.unit
    where exists (select 1 from rollup c where c.child = u.unit or c.unit = u.unit)
       or exists (select 1 from succession s where s.unit = u.unit)
    union all
    select g.unit, g.began as listed_from, g.began as own_from, g.began as owes_from, g.ended as valid_to
    from gone_unit g
),
member as (
    select c.unit, c.indicator, c.child as member, t.owes_from, t.valid_to
    from rollup c
    join present t on t.unit = c.child
    union
    select c.unit, c.indicator, s.unit as member, t.owes_from, least(t.valid_to, s.ends_on) as valid_to
    from rollup c
    join succession s on s.heir = c.child and s.data
    join present t on t.unit = s.unit
    join kind k on k.indicator = c.indicator
    join setting e on e.as_covered
    where (k.additive or s.renamed) and not exists (
        select 1 from rollup d
        where d.unit = c.unit and d.indicator = c.indicator and d.child = s.unit
    )
),
below as (
    select c.unit, c.child, c.child as member, c.indicator, h.period, h.value, h.status
    from rollup c
    join present t on t.unit = c.child
    join own h on h.unit = c.child and h.indicator = c.indicator
    where h.period >= t.own_from and h.period <= t.valid_to
    union all
    select c.unit, c.child, case when e.as_covered then i.origin else c.child end as member,
           c.indicator, i.period, i.value, i.status
    from rollup c
    join present t on t.unit = c.child
    join inherited_value i on i.unit = c.child and i.indicator = c.indicator
    join setting e on true
    where (e.as_covered is null and i.period >= t.own_from and i.period <= t.valid_to)
       or (e.as_covered and not exists (
               select 1 from rollup d
               where d.unit = c.unit and d.indicator = c.indicator and d.child = i.origin
           ))
),
settled as (
    select b.unit, b.member, b.indicator, b.period, b.value,
           case when b.status = 2 and e.as_covered and a.approver is null and h.approver is null
                     and p.approver is null then 3
                else b.status end as status
    from below b
    join setting e on true
    left join approval a on a.unit = b.member and a.indicator = b.indicator
    left join approval h on h.unit = b.child and h.indicator = b.indicator
    left join approval p on p.unit = b.unit and p.indicator = b.indicator
),
summed as (
    select b.unit, b.indicator, b.period,
           sum(b.value) as value,
           count(distinct case when b.value is not null then b.member end) as valued,
           count(distinct case when b.status = 2 then b.member end) as not_applicable,
           count(case when b.status = 4 then 1 end) as withheld,
           count(case when b.status = 3 then 1 end) as gaps
    from settled b
    group by b.unit, b.indicator, b.period
),
owed as (
    select s.unit, s.indicator, s.period, count(distinct m.member) as members
    from summed s
    join member m on m.unit = s.unit and m.indicator = s.indicator
    join setting e on true
    where s.period >= m.owes_from and s.period <= m.valid_to and (
        e.as_covered is null
        or not exists (select 1 from exemption x where x.unit = m.member and x.indicator = m.indicator)
    )
    group by s.unit, s.indicator, s.period
),
judged as (
    select s.unit, s.indicator, s.period, s.value,
           case when s.withheld > 0 then 4
                when e.as_covered and s.gaps > 0 then 3
                when s.valued + s.not_applicable < coalesce(w.members, 0)
                     and (e.as_covered is null or k.absent <> 'zero') then 3
                when s.valued = 0 and (e.as_covered is null or s.not_applicable >= coalesce(w.members, 0)) then 2
                else 1 end as status
    from summed s
    join setting e on true
    join kind k on k.indicator = s.indicator
    left join owed w on w.unit = s.unit and w.indicator = s.indicator and w.period = s.period
)
select j.unit, j.indicator, j.period,
       cast(case when j.status = 1 then coalesce(j.value, 0) end as bigint) as value,
       cast(j.status as bigint) as status
from judged j
join present t on t.unit = j.unit
where j.period >= t.listed_from and j.period <= t.valid_to and not exists (
    select 1 from own h
    where h.unit = j.unit and h.indicator = j.indicator and h.period = j.period
) and not exists (
    select 1 from inherited_value i
    where i.unit = j.unit and i.indicator = j.indicator and i.period = j.period
)
