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
limited as (
    select f.unit, f.indicator, f.segment, f.denominator,
           case when f.denominator > 0
                then case when f.numerator < f.least * f.denominator then f.least * f.denominator
                          when f.numerator > f.most * f.denominator then f.most * f.denominator
                          else f.numerator end
                else case when f.numerator > f.least * f.denominator then f.least * f.denominator
                          when f.numerator < f.most * f.denominator then f.most * f.denominator
                          else f.numerator end end as numerator
    from fraction f
),
divided as (
    select c.unit, c.indicator, c.segment,
           case when r.carry = 'exact' or r.share_n <> r.share_d
                then ratio(f.numerator, f.denominator * 1000) end as fine,
           ratio(f.numerator, f.denominator * 1000 * r.round_unit) * r.round_unit as printed,
           case r.undefined when 'zero' then cast(0 as decimal(38, 0))
                when 'half' then r.full * 500
                when 'full' then r.full * 1000 end as instead
    from cell c
    join rule r on r.category = c.category and r.indicator = c.indicator and r.segment = c.segment
    left join limited f
      on f.unit = c.unit and f.indicator = c.indicator and f.segment = c.segment
    where c.status = 1
)
select c.unit, c.indicator, c.segment,
       coalesce(c.fine, c.printed, c.instead) as exact,
       coalesce(c.printed, c.instead) as printed
from divided c
