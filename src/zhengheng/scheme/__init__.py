"""The rulebook 考核方案: declare, load, lint, fingerprint, compare, compile. Pure.

`model` holds the rulebook, `indicator` one indicator, `methods` the closed set of scoring
methods, `procedure` what later stops of the road read. `load` reads it, `lint` judges it,
`compile` turns it into the tables that the scoring steps join.
"""
