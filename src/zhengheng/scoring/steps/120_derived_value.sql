-- Indicators made from indicators: numerators over denominators, or the change on the year before.
-- Over a year before of nothing or less there is no rate, nor over a denominator below nothing: a better value
-- would be the lower one.
-- scope: unit
-- when: derived
-- per: depth
with known as (
    select s.unit, s.category, s.comparison_group, s.indicator, s.segment, s.status, s.value,
           s.previous
    from series_value s
    union all
    select d.unit, d.category, d.comparison_group, d.indicator, d.segment, d.status, d.value,
           d.previous
    from derived_value d
),
summed as (
    select k.unit, k.category, k.comparison_group, p.indicator, k.segment,
           count(*) as parts,
           count(case when k.status = 1 then 1 end) as valued,
           count(case when k.status = 3 then 1 end) as missing,
           count(case when k.status = 4 then 1 end) as withheld,
           count(case when k.status = 5 then 1 end) as not_due,
           count(case when k.status = 7 then 1 end) as undefined,
           count(k.previous) as valued_before,
           sum(p.numerator * k.value) as top,
           sum(p.denominator * k.value) as bottom,
           sum(p.numerator * k.previous) as top_before,
           sum(p.denominator * k.previous) as bottom_before
    from part p
    join derivation d on d.indicator = p.indicator and d.depth = :place
    join known k on k.indicator = p.part
    group by k.unit, k.category, k.comparison_group, p.indicator, k.segment
),
formed as (
    select s.unit, s.category, s.comparison_group, s.indicator, s.segment, s.parts, s.valued,
           s.missing, s.withheld, s.not_due, s.undefined, s.valued_before, d.scale_n, d.scale_d, d.minimum,
           case when d.previous then s.top - s.top_before else s.top end as numerator,
           case when d.previous and d.percent then s.top_before
                else coalesce(d.constant, s.bottom) end as denominator,
           case when d.previous then null else s.top_before end as numerator_before,
           coalesce(d.constant, s.bottom_before) as denominator_before,
           d.previous and d.percent as rate
    from summed s
    join derivation d on d.indicator = s.indicator
)
select f.unit, f.category, f.comparison_group, f.indicator, f.segment,
       case when x.unit is not null then 1
            when f.missing > 0 then 3
            when f.withheld > 0 then 4
            when f.not_due > 0 then 5
            when f.undefined > 0 then 7
            when f.valued < f.parts then 2
            when f.denominator < coalesce(f.minimum, f.denominator) then 2
            when f.numerator is null then 3
            when f.rate and f.denominator is null then 3
            when f.rate and f.denominator <= 0 then 7
            when f.denominator is null or f.denominator = 0 then 2
            when f.denominator < 0 then 7
            else 1 end as status,
       case when x.unit is not null then x.value
            when f.denominator <= 0 then null
            else ratio(f.numerator * f.scale_n, f.denominator * f.scale_d) end as value,
       case when b.unit is not null then b.value
            when f.valued_before < f.parts then null
            when f.denominator_before > 0
            then ratio(f.numerator_before * f.scale_n, f.denominator_before * f.scale_d) end as previous
from formed f
left join decided_value x on x.unit = f.unit and x.indicator = f.indicator and not x.earlier
left join decided_before b on b.unit = f.unit and b.indicator = f.indicator
