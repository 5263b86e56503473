-- The targets a successor takes over: quantities by share, a rate as it was if one unit left it.
-- scope: group
-- when: handed_targets
with kind as (
    select distinct s.indicator, s.additive from series s
),
handed as (
    select s.heir as unit, t.indicator, t.kind, t.period, coalesce(k.additive, false) as additive,
           case when k.additive
                then ratio(cast(t.value as decimal(38, 0)) * s.share,
                           cast(1000000 as decimal(38, 0)))
                else cast(t.value as decimal(38, 0)) end as value
    from target t
    join succession s on s.unit = t.unit and s.targets
    left join kind k on k.indicator = t.indicator
)
select h.unit, h.indicator, h.kind, h.period, cast(sum(h.value) as bigint) as value
from handed h
where not exists (
    select 1 from target t
    where t.unit = h.unit and t.indicator = h.indicator and t.kind = h.kind
      and t.period = h.period
)
group by h.unit, h.indicator, h.kind, h.period, h.additive
having h.additive or count(*) = 1
