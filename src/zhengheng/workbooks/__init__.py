"""Workbooks 工作簿: what people see in a spreadsheet, as cells of text, and never in the office's own process."""
