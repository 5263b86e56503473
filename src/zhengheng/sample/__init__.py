"""云衡市 Yunheng, a fictional city: organisation, rulebooks and three years of facts, by seed."""
