-- One division a cell: the fraction becomes points, rounded half up at the declared digits.
-- scope: unit
-- inline
with limited as (
    select f.unit, f.category, f.comparison_group, f.indicator, f.segment, f.status, f.value,
           f.target, f.denominator,
           case when f.numerator is null or f.status not in (1, 6) then null
                when f.denominator > 0
                then greatest(least(f.numerator, f.most * f.denominator), f.least * f.denominator)
                else least(greatest(f.numerator, f.most * f.denominator),
                           f.least * f.denominator) end as numerator
    from fraction f
),
divided as (
    select f.unit, f.category, f.comparison_group, f.indicator, f.segment, f.status, f.value,
           f.target, r.carry, r.round_unit, r.share_n, r.share_d,
           case when r.carry = 'exact' or r.share_n <> r.share_d
                then ratio(f.numerator, f.denominator * 1000) end as fine,
           ratio(f.numerator, f.denominator * 1000 * r.round_unit) * r.round_unit as printed,
           case when f.status not in (1, 6, 7) then null
                when r.undefined = 'zero' then cast(0 as decimal(38, 0))
                when r.undefined = 'half' then r.full * 500
                when r.undefined = 'full' then r.full * 1000 end as instead
    from limited f
    join rule r on r.category = f.category and r.indicator = f.indicator and r.segment = f.segment
),
rounded as (
    select d.unit, d.category, d.comparison_group, d.indicator, d.segment, d.status, d.value,
           d.target, d.carry, d.round_unit, d.share_n, d.share_d, d.fine, d.printed, d.instead,
           ratio(d.instead, cast(d.round_unit as decimal(38, 0))) * d.round_unit as instead_printed
    from divided d
)
select d.unit, d.category, d.comparison_group, d.indicator, d.segment, d.value, d.target,
       d.carry, d.round_unit, d.share_n, d.share_d,
       case when d.status in (1, 6) and d.printed is null and d.instead is null then 3
            when d.status = 7 and d.instead is not null then 1
            else d.status end as status,
       case when d.printed is not null then coalesce(d.fine, d.printed)
            when d.carry = 'exact' or d.share_n <> d.share_d then d.instead
            else d.instead_printed end as exact,
       coalesce(d.printed, d.instead_printed) as printed
from rounded d
