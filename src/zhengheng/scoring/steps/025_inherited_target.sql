-- The targets a successor takes over: of quantities the sum of the shares, where every unit before it that owes the indicator has one;
-- of a rate the one number that all of them have. Else they were asked in unlike ways, and no number says what is asked now.
-- What an heir took over goes on to its own heirs, as long as it has no target of its own, signed or by a cascade that lists it.
-- scope: group
-- when: handed_targets
-- per: generation
with known as (
    select t.unit, t.indicator, t.kind, t.period, t.value from target t
    union all
    select i.unit, i.indicator, i.kind, i.period, i.value from inherited_target i
),
owing as (
    select distinct c.heir, c.unit, c.share, s.indicator, s.additive
    from succession c
    join unit u on u.unit = c.unit
    join series s on s.category = u.category
    where c.generation = :place
      and not exists (
        select 1 from exemption x where x.unit = c.unit and x.indicator = s.indicator
    )
),
before as (
    select o.heir, o.indicator, count(o.unit) as units from owing o group by o.heir, o.indicator
),
handed as (
    select o.heir as unit, o.indicator, k.kind, k.period, o.additive, k.value,
           cast(k.value as decimal(38, 0)) * o.share as part
    from owing o
    join known k on k.unit = o.unit and k.indicator = o.indicator
)
select h.unit, h.indicator, h.kind, h.period,
       cast(case when count(h.value) < min(b.units) then null
                 when h.additive then ratio(sum(h.part), cast(1000000 as decimal(38, 0)))
                 when min(h.value) = max(h.value) then min(h.value) end as bigint) as value
from handed h
join before b on b.heir = h.unit and b.indicator = h.indicator
where not exists (
    select 1 from target t
    where t.unit = h.unit and t.indicator = h.indicator and t.kind = h.kind
      and t.period = h.period
) and not exists (
    select 1 from cascade_target g
    where g.unit = h.unit and g.indicator = h.indicator and g.own and h.kind = 'target'
)
group by h.unit, h.indicator, h.kind, h.period, h.additive
