"""Appeals 申诉: per indicator, heard by a drawn panel, decided on record, re-run with every ripple shown."""
