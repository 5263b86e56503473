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
    select c.unit, c.indicator, c.segment, r.full, r.undefined,
           case when r.carry = 'exact' or r.share_n <> r.share_d
                then least(greatest(ratio(f.numerator, f.denominator * 1000),
                                    coalesce(ratio(f.least, cast(1000 as decimal(38, 0))),
                                             ratio(f.numerator, f.denominator * 1000))),
                           coalesce(ratio(f.most, cast(1000 as decimal(38, 0))),
                                    greatest(ratio(f.numerator, f.denominator * 1000),
                                             coalesce(ratio(f.least, cast(1000 as decimal(38, 0))),
                                                      ratio(f.numerator, f.denominator * 1000)))))
                end as fine,
           ratio(f.numerator, f.denominator * 1000 * r.round_unit) as rounded,
           ratio(f.least, 1000 * r.round_unit) as least,
           ratio(f.most, 1000 * r.round_unit) as most,
           r.carry, r.round_unit
    from cell c
    join rule r on r.category = c.category and r.indicator = c.indicator and r.segment = c.segment
    left join fraction f
      on f.unit = c.unit and f.indicator = c.indicator and f.segment = c.segment
    where c.status = 1
),
clamped as (
    select d.unit, d.indicator, d.segment, d.carry, d.fine,
           least(greatest(d.rounded, coalesce(d.least, d.rounded)),
                 coalesce(d.most, greatest(d.rounded, coalesce(d.least, d.rounded))))
               * d.round_unit as printed,
           case d.undefined when 'zero' then cast(0 as decimal(38, 0))
                when 'half' then d.full * 500
                when 'full' then d.full * 1000 end as instead
    from divided d
)
select c.unit, c.indicator, c.segment,
       coalesce(c.fine, c.printed, c.instead) as exact,
       coalesce(c.printed, c.instead) as printed
from clamped c
