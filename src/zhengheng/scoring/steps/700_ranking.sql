-- Rank inside the comparison group, from the printed score or the exact one, the higher or the lower first, ties as declared.
-- scope: group
with scored as (
    select t.unit, t.comparison_group, d.node, t.status, t.score, t.printed, t.vetoed
    from total_score t
    join node d on d.depth = 0
    union all
    select n.unit, n.comparison_group, n.node, n.status, n.score, n.printed, false as vetoed
    from node_score n
    join node d on d.node = n.node
    where d.ranked and d.depth > 0
),
keyed as (
    select s.unit, s.comparison_group, s.node, t.ties, t.rank_direction,
           case when t.rank_on = 'exact' then s.score else s.printed end as held,
           case when k.score is null and t.rank_direction = 'down' then null
                when k.score is null then cast(0 as decimal(38, 0))
                when t.rank_direction = 'down' then -k.score
                else k.score end as second
    from scored s
    join unit u on u.unit = s.unit
    join setting t on true
    left join node_score k on k.unit = s.unit and k.node = t.key_node
    where s.status = 'value' and u.ranked
      and not (u.part_year and t.part_year = 'no_grade')
),
judged as (
    select k.unit, k.comparison_group, k.node, k.ties, k.second,
           case when k.rank_direction = 'down' then -k.held else k.held end as merit
    from keyed k
),
placed as (
    select k.unit, k.node, k.ties,
           rank() over (
               partition by k.comparison_group, k.node
               order by k.merit desc nulls last, k.second desc nulls last
           ) as skipping,
           dense_rank() over (
               partition by k.comparison_group, k.node
               order by k.merit desc nulls last, k.second desc nulls last
           ) as dense,
           count(*) over (partition by k.comparison_group, k.node) as members
    from judged k
)
select p.unit, p.node,
       case when p.ties = 'dense' then p.dense else p.skipping end as place,
       p.members
from placed p
