-- One division a cell: the fraction becomes points, rounded half up at the declared digits.
-- scope: unit
-- inline
with fraction as (
    select u.unit, u.indicator, u.segment, u.numerator, u.denominator, u.least, u.most
    from method_ratio u
    union all select u.unit, u.indicator, u.segment, u.numerator, u.denominator, u.least, u.most
    from method_ratio_inverse u
    union all select u.unit, u.indicator, u.segment, u.numerator, u.denominator, u.least, u.most
    from method_ratio_mirror u
    union all select u.unit, u.indicator, u.segment, u.numerator, u.denominator, u.least, u.most
    from method_efficacy u
    union all select u.unit, u.indicator, u.segment, u.numerator, u.denominator, u.least, u.most
    from method_growth u
    union all select u.unit, u.indicator, u.segment, u.numerator, u.denominator, u.least, u.most
    from method_plus_minus u
    union all select u.unit, u.indicator, u.segment, u.numerator, u.denominator, u.least, u.most
    from method_difference u
    union all select u.unit, u.indicator, u.segment, u.numerator, u.denominator, u.least, u.most
    from method_rate_minus u
    union all select u.unit, u.indicator, u.segment, u.numerator, u.denominator, u.least, u.most
    from method_interval u
    union all select u.unit, u.indicator, u.segment, u.numerator, u.denominator, u.least, u.most
    from method_three_point u
    union all select u.unit, u.indicator, u.segment, u.numerator, u.denominator, u.least, u.most
    from method_banded u
    union all select u.unit, u.indicator, u.segment, u.numerator, u.denominator, u.least, u.most
    from method_direct u
    union all select u.unit, u.indicator, u.segment, u.numerator, u.denominator, u.least, u.most
    from method_threshold u
    union all select u.unit, u.indicator, u.segment, u.numerator, u.denominator, u.least, u.most
    from method_steps u
    union all select u.unit, u.indicator, u.segment, u.numerator, u.denominator, u.least, u.most
    from method_milestones u
    union all select u.unit, u.indicator, u.segment, u.numerator, u.denominator, u.least, u.most
    from method_rank u
    union all select u.unit, u.indicator, u.segment, u.numerator, u.denominator, u.least, u.most
    from method_rank_table u
    union all select u.unit, u.indicator, u.segment, u.numerator, u.denominator, u.least, u.most
    from method_borda u
    union all select u.unit, u.indicator, u.segment, u.numerator, u.denominator, u.least, u.most
    from method_percentile u
    union all select u.unit, u.indicator, u.segment, u.numerator, u.denominator, u.least, u.most
    from method_min_max u
    union all select u.unit, u.indicator, u.segment, u.numerator, u.denominator, u.least, u.most
    from method_z_score u
    union all select u.unit, u.indicator, u.segment, u.numerator, u.denominator, u.least, u.most
    from method_mads u
    union all select u.unit, u.indicator, u.segment, u.numerator, u.denominator, u.least, u.most
    from method_goalposts u
    union all select u.unit, u.indicator, u.segment, u.numerator, u.denominator, u.least, u.most
    from method_log_goalposts u
),
divided as (
    select c.unit, c.indicator, c.segment, r.full, r.undefined, r.round_unit,
           case when r.carry = 'exact' or r.share_n <> r.share_d
                then ratio(f.numerator, f.denominator * 1000) end as fine,
           ratio(f.least, cast(1000 as decimal(38, 0))) as fine_least,
           ratio(f.most, cast(1000 as decimal(38, 0))) as fine_most,
           ratio(f.numerator, f.denominator * 1000 * r.round_unit) as rounded,
           ratio(f.least, 1000 * r.round_unit) as least,
           ratio(f.most, 1000 * r.round_unit) as most
    from cell c
    join rule r on r.category = c.category and r.indicator = c.indicator and r.segment = c.segment
    left join fraction f
      on f.unit = c.unit and f.indicator = c.indicator and f.segment = c.segment
    where c.status = 1
),
clamped as (
    select d.unit, d.indicator, d.segment,
           case when d.fine < d.fine_least then d.fine_least
                when d.fine > d.fine_most then d.fine_most
                else d.fine end as fine,
           case when d.rounded < d.least then d.least
                when d.rounded > d.most then d.most
                else d.rounded end * d.round_unit as printed,
           case d.undefined when 'zero' then cast(0 as decimal(38, 0))
                when 'half' then d.full * 500
                when 'full' then d.full * 1000 end as instead
    from divided d
)
select c.unit, c.indicator, c.segment,
       coalesce(c.fine, c.printed, c.instead) as exact,
       coalesce(c.printed, c.instead) as printed
from clamped c
