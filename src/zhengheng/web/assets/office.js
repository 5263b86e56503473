// Everything works without scripts; these save drafts and walk through grids.
import "./drafts.js";
import "./grid.js";
