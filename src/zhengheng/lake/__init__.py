"""The lake: intake from files, facts as tables with immutable snapshots, measures over them."""
