-- The cells that count: gaps filled where that is declared and enough others have a value.
-- scope: unit
-- inline where read once
select o.unit, o.category, o.comparison_group, o.indicator, o.segment,
       case when o.status = 3 and v.valued >= f.minimum then 6 else o.status end as status,
       case when o.status = 3 and v.valued >= f.minimum
            then case when f.by_what = 'median' then ratio(v.median_2, 2)
                      else ratio(v.amount, v.valued) end
            else o.value end as value,
       o.previous, o.target, o.base, o.stretch, o.bottom
from own_cell o
left join filling f on f.category = o.category and f.indicator = o.indicator
left join peer_value v
  on v.indicator = f.indicator and v.segment = o.segment
 and ((f.pool = 'group' and v.comparison_group = o.comparison_group)
   or (f.pool = 'category' and v.category = o.category))
