-- The same of the one unit that others are measured against.
-- scope: group
-- when: unit_reference
-- refuse: value
select f.reference_unit as unit, f.indicator as subject, f.value as number
from unit_reference f
where abs(f.value) >= 1000000000000000
