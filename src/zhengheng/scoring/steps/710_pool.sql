-- Who competes for the seats of a grade: the group, or one pool of all groups too small for quotas.
-- scope: group
-- when: graded
with sized as (
    select t.unit, t.comparison_group, k.members, s.pool_below, s.grade_on, s.vetoed_frees_seat,
           case when s.grade_on = 'exact' then t.score else t.printed end as held,
           s.rank_direction,
           t.limit_place, t.forced_place, t.vetoed
    from total_score t
    join node d on d.depth = 0
    join ranking k on k.unit = t.unit and k.node = d.node
    join setting s on true
),
pooled as (
    select z.unit, z.limit_place, z.forced_place, z.vetoed, z.vetoed_frees_seat,
           case when z.rank_direction = 'down' then -z.held else z.held end as merit,
           case when z.members < z.pool_below then '*' else z.comparison_group end as pool
    from sized z
)
select p.unit, p.pool, p.merit, p.vetoed, p.vetoed_frees_seat, p.forced_place,
       coalesce(p.limit_place, 0) as limit_place,
       count(*) over (partition by p.pool) as members,
       rank() over (partition by p.pool order by p.merit asc nulls last) as from_below
from pooled p
