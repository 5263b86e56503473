"""Jobs 作业: work that takes longer than a page, in a queue that survives the machine."""
