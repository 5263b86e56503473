-- What the methods in use make of each cell, one below the other: a fraction and its limits.
-- scope: unit
-- inline
-- each: method
select m.unit, m.category, m.comparison_group, m.indicator, m.segment, m.status, m.value, m.target,
       m.numerator, m.denominator, m.least, m.most
from :each m
