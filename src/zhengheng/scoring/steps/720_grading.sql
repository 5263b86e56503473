-- Grades from best to worst: the cut on the score, then the seats; one band a round.
-- scope: group
-- when: graded
-- per: band
with band_now as (
    select b.place, b.grade, b.at_least, b.share_at_most
    from band b
    where b.place = :place
),
bottom as (
    select p.unit, max(b.place) as place
    from pool p
    join band b on b.share_at_least is not null
     and p.from_below <= quotient(b.share_at_least * p.members + 999999,
                                  cast(1000000 as decimal(38, 0)))
    group by p.unit
),
candidate as (
    select p.unit, p.pool, p.merit, p.members, n.place, n.grade, n.share_at_most,
           case when p.forced_place is not null
                then case when p.forced_place = n.place then 'forced' else 'no' end
                when greatest(p.limit_place, coalesce(m.place, 0)) > n.place
                then case when p.vetoed_frees_seat or not p.vetoed then 'no' else 'holds' end
                else 'yes' end as stands
    from pool p
    join band_now n on p.forced_place = n.place or n.at_least is null or p.merit >= n.at_least
    left join bottom m on m.unit = p.unit
    where not exists (select 1 from grading g where g.unit = p.unit)
),
seated as (
    select c.unit, c.place, c.grade, c.stands, c.share_at_most,
           quotient(coalesce(c.share_at_most, 1000000) * c.members,
                    cast(1000000 as decimal(38, 0))) as seats,
           rank() over (
               partition by c.pool, case when c.stands = 'no' then 1 else 0 end
               order by case when c.stands = 'forced' then 1 else 0 end desc nulls last,
                        c.merit desc nulls last
           ) as first_seat,
           count(*) over (
               partition by c.pool, case when c.stands = 'no' then 1 else 0 end, c.merit
           ) as equals
    from candidate c
)
select s.unit, s.place, s.grade
from seated s
join setting t on true
where s.stands = 'forced'
   or (s.stands = 'yes'
       and (s.share_at_most is null
            or case when t.last_seat = 'all_in' then s.first_seat
                    else s.first_seat + s.equals - 1 end <= s.seats))
