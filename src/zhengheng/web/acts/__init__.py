"""Acts 办理: what people do to the objects of the year. An act is declared once; page and API come from it."""
