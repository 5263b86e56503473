-- The targets a successor takes over: of quantities the sum of the shares, where every unit before it that owes the indicator has one;
-- of a rate the one number that all of them have. Else they were asked in unlike ways, and no number says what is asked now.
-- scope: group
-- when: handed_targets
with owing as (
    select distinct c.heir, c.unit, c.share, s.indicator, s.additive
    from succession c
    join unit u on u.unit = c.unit
    join series s on s.category = u.category
    where not exists (
        select 1 from exemption x where x.unit = c.unit and x.indicator = s.indicator
    )
),
before as (
    select o.heir, o.indicator, count(o.unit) as units from owing o group by o.heir, o.indicator
),
handed as (
    select o.heir as unit, o.indicator, t.kind, t.period, o.additive, t.value,
           case when o.additive
                then ratio(cast(t.value as decimal(38, 0)) * o.share, cast(1000000 as decimal(38, 0)))
                else cast(t.value as decimal(38, 0)) end as part
    from owing o
    join target t on t.unit = o.unit and t.indicator = o.indicator
)
select h.unit, h.indicator, h.kind, h.period,
       cast(case when count(h.part) < min(b.units) then null
                 when h.additive then sum(h.part)
                 when min(h.value) = max(h.value) then min(h.part) end as bigint) as value
from handed h
join before b on b.heir = h.unit and b.indicator = h.indicator
where not exists (
    select 1 from target t
    where t.unit = h.unit and t.indicator = h.indicator and t.kind = h.kind
      and t.period = h.period
)
group by h.unit, h.indicator, h.kind, h.period, h.additive
