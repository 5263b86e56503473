"""Words of the trade: fixed-point numbers, periods, errors. Standard library only."""
