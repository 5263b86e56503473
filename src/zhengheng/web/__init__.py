"""The office in the browser: everything that imports Django, one app a stop of the road."""
