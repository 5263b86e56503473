"""Reporting 填报: values by units and assessing departments, checked by whom they concern, then in the lake."""
