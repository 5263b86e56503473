// Everything works without scripts; these save drafts, walk through grids and narrow lists as one types.
import htmx from "htmx.org";
import "./drafts.js";
import "./grid.js";

// The content security policy allows no inline style, and nothing here is evaluated from text.
htmx.config.includeIndicatorStyles = false;
htmx.config.allowEval = false;
