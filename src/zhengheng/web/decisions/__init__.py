"""Collective decisions 集体决策: what the commission decided, on record, attested by a second person."""
