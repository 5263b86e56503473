-- Rank to score: W · ln(1 - R·(1 - e^(-100/scale))) / ln(e^(-100/scale)), R = (n - place + 1) / n
-- scope: unit
-- inline
-- when: method exponential_rank
with placed as (
    select v.unit, v.indicator, v.segment, v.place, v.equals,
           2 * v.due as due_2, 2 * v.valued as valued_2
    from group_value v
),
shared as (
    select m.unit, m.category, m.comparison_group, m.indicator, m.segment, m.status, m.value,
           m.target, m.full, m.high, m.log_high,
           cast(case when m.among = 'due' then p.due_2 else p.valued_2 end as decimal(38, 0)) as n_2,
           2 * p.place + case m.ties when 'best' then 0 when 'worst' then 2 * (p.equals - 1)
                                     else p.equals - 1 end as place_2
    from measured m
    left join placed p on p.unit = m.unit and p.indicator = m.indicator and p.segment = m.segment
    where m.method = 'exponential_rank'
)
select s.unit, s.category, s.comparison_group, s.indicator, s.segment, s.status, s.value, s.target,
       -1 * s.full * 1000000
       * logarithm(ratio(s.n_2 * 1000000000000000 - (s.n_2 + 2 - s.place_2) * s.high, s.n_2), 15) as numerator,
       s.log_high as denominator,
       cast(0 as decimal(38, 0)) as least,
       s.full * 1000000 as most
from shared s
