-- What a successor takes over from its predecessors: quantities by share; after a mere rename, all.
-- scope: group
-- when: succession
with held as (
    select o.unit, o.indicator, o.period, o.value, o.status
    from observation o
    where exists (select 1 from succession s where s.unit = o.unit)
      and not exists (
          select 1 from revised_value r
          where r.unit = o.unit and r.indicator = o.indicator and r.period = o.period
      )
    union all
    select r.unit, r.indicator, r.period, r.value, r.status
    from revised_value r
    where exists (select 1 from succession s where s.unit = r.unit)
),
kind as (
    select distinct s.indicator, s.additive from series s
)
select s.heir as unit, h.unit as origin, h.indicator, h.period,
       case when k.additive
            then cast(ratio(cast(h.value as decimal(38, 0)) * s.share, 1000000) as bigint)
            else h.value end as value,
       h.status
from held h
join succession s on s.unit = h.unit and h.period <= s.ends_on and s.data
join kind k on k.indicator = h.indicator
where k.additive or s.renamed
